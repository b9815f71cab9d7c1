-- any infection in [screening - 28 days, screening] overlapping antibacterial
SELECT
  "t28"."person_id",
  CASE
    WHEN "t28"."anchor_screening" IS NULL
    THEN 3
    WHEN COALESCE("t41"."o0_certain", 0) = 1
    THEN 1
    WHEN COALESCE("t41"."o0_possible", 0) = 1
    THEN 15
    WHEN (
      (
        (
          COALESCE("t34"."covered_0", 0) >> 0
        ) & 1
      ) = 1
    )
    AND (
      (
        (
          COALESCE("t34"."covered_0", 0) >> 0
        ) & 1
      ) = 1
    )
    THEN 2
    ELSE 5
  END AS "leaf_0"
FROM (
  SELECT
    "t17"."person_id",
    "t17"."gender_concept_id",
    "t17"."year_of_birth",
    "t17"."month_of_birth",
    "t17"."day_of_birth",
    "t17"."anchor_screening",
    MAKE_DATE(
      "t17"."year_of_birth",
      COALESCE("t17"."month_of_birth", 1),
      CASE
        WHEN "t17"."month_of_birth" IS NULL
        THEN 1
        ELSE COALESCE("t17"."day_of_birth", 1)
      END
    ) AS "birth_earliest",
    CASE
      WHEN "t17"."month_of_birth" IS NULL
      THEN MAKE_DATE("t17"."year_of_birth", 12, 31)
      WHEN "t17"."day_of_birth" IS NULL
      THEN CAST(CAST(CAST(CAST(MAKE_DATE("t17"."year_of_birth", COALESCE("t17"."month_of_birth", 1), 1) AS TIMESTAMP) + INTERVAL '1' MONTH AS DATE) AS TIMESTAMP) - INTERVAL '1' DAY AS DATE)
      ELSE MAKE_DATE(
        "t17"."year_of_birth",
        COALESCE("t17"."month_of_birth", 1),
        CASE
          WHEN "t17"."month_of_birth" IS NULL
          THEN 1
          ELSE COALESCE("t17"."day_of_birth", 1)
        END
      )
    END AS "birth_latest"
  FROM (
    SELECT
      "t15".*
      EXCLUDE ("person_id_right")
    FROM (
      SELECT
        "t6"."person_id",
        "t6"."gender_concept_id",
        "t6"."year_of_birth",
        "t6"."month_of_birth",
        "t6"."day_of_birth",
        "t14"."person_id" AS "person_id_right",
        "t14"."anchor_screening"
      FROM (
        SELECT
          "t0"."person_id",
          "t0"."gender_concept_id",
          "t0"."year_of_birth",
          "t0"."month_of_birth",
          "t0"."day_of_birth"
        FROM "memory"."main"."person" AS "t0"
      ) AS "t6"
      LEFT OUTER JOIN (
        SELECT
          "t7"."person_id",
          MAX("t7"."anchor_date") FILTER(WHERE
            "t7"."anchor" = 'screening') AS "anchor_screening"
        FROM (
          SELECT
            *
          FROM "memory"."main"."study_anchor" AS "t1"
          WHERE
            "t1"."study" = 'study' AND "t1"."anchor" IN ('screening')
        ) AS "t7"
        GROUP BY
          1
      ) AS "t14"
        ON "t6"."person_id" = "t14"."person_id"
    ) AS "t15"
  ) AS "t17"
) AS "t28"
LEFT OUTER JOIN (
  SELECT
    "t39"."person_id" AS "person_0",
    "t39"."o0_certain",
    "t39"."o0_possible"
  FROM (
    SELECT
      "t38"."person_id",
      MAX("t38"."certain") AS "o0_certain",
      MAX("t38"."possible") AS "o0_possible"
    FROM (
      SELECT
        "t37"."person_id",
        "t37"."row",
        "t37"."from_day",
        "t37"."certain_to",
        "t37"."possible_to",
        "t37"."certain" * COALESCE("t37"."hit_0", 0) AS "certain",
        "t37"."possible" * CASE WHEN "t37"."hit_0" IS NOT NULL THEN 1 ELSE 0 END AS "possible"
      FROM (
        SELECT
          "t30"."person_id",
          "t30"."row",
          "t30"."from_day",
          "t30"."certain_to",
          "t30"."possible_to",
          "t30"."certain",
          "t30"."possible",
          "t36"."hit_person",
          "t36"."hit_row",
          "t36"."hit_0"
        FROM (
          SELECT
            "t25"."person_id",
            "t25"."row",
            "t25"."from_day",
            "t25"."certain_to",
            "t25"."possible_to",
            CASE WHEN "t25"."from_day" <= "t25"."certain_to" THEN 1 ELSE 0 END AS "certain",
            1 AS "possible"
          FROM (
            SELECT
              "t11"."person_id",
              "t11"."row",
              GREATEST("t11"."begins", "t22"."day_0") AS "from_day",
              LEAST(COALESCE("t11"."ends", "t11"."begins"), "t22"."day_1") AS "certain_to",
              LEAST("t11"."possible_end", "t22"."day_1") AS "possible_to"
            FROM (
              SELECT
                "t3"."person_id",
                "t3"."condition_occurrence_id" AS "row",
                "t3"."condition_concept_id" AS "concept",
                CAST(NULL AS INT) AS "route",
                "t3"."condition_start_date" AS "begins",
                "t3"."condition_end_date" AS "ends",
                COALESCE("t3"."condition_end_date", MAKE_DATE(9999, 12, 31)) AS "possible_end"
              FROM "memory"."main"."condition_occurrence" AS "t3"
              WHERE
                "t3"."condition_concept_id" IN (255848, 2100000345)
            ) AS "t11"
            INNER JOIN (
              SELECT
                "t17"."person_id",
                CAST(CAST("t17"."anchor_screening" AS TIMESTAMP) - INTERVAL '28' DAY AS DATE) AS "day_0",
                "t17"."anchor_screening" AS "day_1"
              FROM (
                SELECT
                  "t15".*
                  EXCLUDE ("person_id_right")
                FROM (
                  SELECT
                    "t6"."person_id",
                    "t6"."gender_concept_id",
                    "t6"."year_of_birth",
                    "t6"."month_of_birth",
                    "t6"."day_of_birth",
                    "t14"."person_id" AS "person_id_right",
                    "t14"."anchor_screening"
                  FROM (
                    SELECT
                      "t0"."person_id",
                      "t0"."gender_concept_id",
                      "t0"."year_of_birth",
                      "t0"."month_of_birth",
                      "t0"."day_of_birth"
                    FROM "memory"."main"."person" AS "t0"
                  ) AS "t6"
                  LEFT OUTER JOIN (
                    SELECT
                      "t7"."person_id",
                      MAX("t7"."anchor_date") FILTER(WHERE
                        "t7"."anchor" = 'screening') AS "anchor_screening"
                    FROM (
                      SELECT
                        *
                      FROM "memory"."main"."study_anchor" AS "t1"
                      WHERE
                        "t1"."study" = 'study' AND "t1"."anchor" IN ('screening')
                    ) AS "t7"
                    GROUP BY
                      1
                  ) AS "t14"
                    ON "t6"."person_id" = "t14"."person_id"
                ) AS "t15"
              ) AS "t17"
            ) AS "t22"
              ON "t11"."person_id" = "t22"."person_id"
          ) AS "t25"
          WHERE
            "t25"."from_day" <= "t25"."possible_to"
        ) AS "t30"
        LEFT OUTER JOIN (
          SELECT
            "t31"."person_id" AS "hit_person",
            "t31"."row" AS "hit_row",
            MAX(
              CASE
                WHEN (
                  "t31"."other_begins" <= "t31"."certain_to"
                )
                AND (
                  "t31"."other_certain" >= "t31"."from_day"
                )
                THEN 1
                ELSE 0
              END
            ) AS "hit_0"
          FROM (
            SELECT
              "t30"."person_id",
              "t30"."row",
              "t30"."from_day",
              "t30"."certain_to",
              "t30"."possible_to",
              "t30"."certain",
              "t30"."possible",
              "t12"."other_person",
              "t12"."other_begins",
              "t12"."other_certain",
              "t12"."other_possible"
            FROM (
              SELECT
                "t25"."person_id",
                "t25"."row",
                "t25"."from_day",
                "t25"."certain_to",
                "t25"."possible_to",
                CASE WHEN "t25"."from_day" <= "t25"."certain_to" THEN 1 ELSE 0 END AS "certain",
                1 AS "possible"
              FROM (
                SELECT
                  "t11"."person_id",
                  "t11"."row",
                  GREATEST("t11"."begins", "t22"."day_0") AS "from_day",
                  LEAST(COALESCE("t11"."ends", "t11"."begins"), "t22"."day_1") AS "certain_to",
                  LEAST("t11"."possible_end", "t22"."day_1") AS "possible_to"
                FROM (
                  SELECT
                    "t3"."person_id",
                    "t3"."condition_occurrence_id" AS "row",
                    "t3"."condition_concept_id" AS "concept",
                    CAST(NULL AS INT) AS "route",
                    "t3"."condition_start_date" AS "begins",
                    "t3"."condition_end_date" AS "ends",
                    COALESCE("t3"."condition_end_date", MAKE_DATE(9999, 12, 31)) AS "possible_end"
                  FROM "memory"."main"."condition_occurrence" AS "t3"
                  WHERE
                    "t3"."condition_concept_id" IN (255848, 2100000345)
                ) AS "t11"
                INNER JOIN (
                  SELECT
                    "t17"."person_id",
                    CAST(CAST("t17"."anchor_screening" AS TIMESTAMP) - INTERVAL '28' DAY AS DATE) AS "day_0",
                    "t17"."anchor_screening" AS "day_1"
                  FROM (
                    SELECT
                      "t15".*
                      EXCLUDE ("person_id_right")
                    FROM (
                      SELECT
                        "t6"."person_id",
                        "t6"."gender_concept_id",
                        "t6"."year_of_birth",
                        "t6"."month_of_birth",
                        "t6"."day_of_birth",
                        "t14"."person_id" AS "person_id_right",
                        "t14"."anchor_screening"
                      FROM (
                        SELECT
                          "t0"."person_id",
                          "t0"."gender_concept_id",
                          "t0"."year_of_birth",
                          "t0"."month_of_birth",
                          "t0"."day_of_birth"
                        FROM "memory"."main"."person" AS "t0"
                      ) AS "t6"
                      LEFT OUTER JOIN (
                        SELECT
                          "t7"."person_id",
                          MAX("t7"."anchor_date") FILTER(WHERE
                            "t7"."anchor" = 'screening') AS "anchor_screening"
                        FROM (
                          SELECT
                            *
                          FROM "memory"."main"."study_anchor" AS "t1"
                          WHERE
                            "t1"."study" = 'study' AND "t1"."anchor" IN ('screening')
                        ) AS "t7"
                        GROUP BY
                          1
                      ) AS "t14"
                        ON "t6"."person_id" = "t14"."person_id"
                    ) AS "t15"
                  ) AS "t17"
                ) AS "t22"
                  ON "t11"."person_id" = "t22"."person_id"
              ) AS "t25"
              WHERE
                "t25"."from_day" <= "t25"."possible_to"
            ) AS "t30"
            INNER JOIN (
              SELECT
                "t4"."person_id" AS "other_person",
                "t4"."drug_exposure_start_date" AS "other_begins",
                COALESCE("t4"."drug_exposure_end_date", "t4"."drug_exposure_start_date") AS "other_certain",
                COALESCE("t4"."drug_exposure_end_date", MAKE_DATE(9999, 12, 31)) AS "other_possible"
              FROM "memory"."main"."drug_exposure" AS "t4"
              WHERE
                "t4"."drug_concept_id" IN (1713332, 1777806)
            ) AS "t12"
              ON "t30"."person_id" = "t12"."other_person"
              AND "t12"."other_begins" <= "t30"."possible_to"
              AND "t12"."other_possible" >= "t30"."from_day"
          ) AS "t31"
          GROUP BY
            1,
            2
        ) AS "t36"
          ON "t30"."person_id" = "t36"."hit_person" AND "t30"."row" = "t36"."hit_row"
      ) AS "t37"
    ) AS "t38"
    GROUP BY
      1
  ) AS "t39"
) AS "t41"
  ON "t28"."person_id" = "t41"."person_0"
LEFT OUTER JOIN (
  SELECT
    "t32"."person_id" AS "person_1",
    "t32"."covered_0"
  FROM (
    SELECT
      "t27"."person_id",
      BIT_OR(
        CAST(CASE
          WHEN (
            "t27"."begins" <= GREATEST("t27"."day_0", "t27"."birth_earliest")
          )
          AND (
            "t27"."ends" >= "t27"."day_1"
          )
          THEN 1
          ELSE 0
        END AS BIGINT) * 1
      ) AS "covered_0"
    FROM (
      SELECT
        "t24"."person_id",
        "t24"."island",
        "t24"."begins",
        "t24"."ends",
        "t21"."birth_earliest",
        "t21"."day_0",
        "t21"."day_1"
      FROM (
        SELECT
          "t18"."person_id",
          "t18"."island",
          MIN("t18"."start") AS "begins",
          MAX("t18"."end") AS "ends"
        FROM (
          SELECT
            "t16"."person_id",
            "t16"."observation_period_id",
            "t16"."start",
            "t16"."end",
            "t16"."reached",
            "t16"."opens",
            SUM("t16"."opens") OVER (
              PARTITION BY "t16"."person_id"
              ORDER BY "t16"."start" ASC, "t16"."end" ASC, "t16"."observation_period_id" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS "island"
          FROM (
            SELECT
              "t10"."person_id",
              "t10"."observation_period_id",
              "t10"."start",
              "t10"."end",
              "t10"."reached",
              CASE
                WHEN (
                  "t10"."reached" IS NULL
                )
                OR (
                  "t10"."start" > CAST(CAST("t10"."reached" AS TIMESTAMP) + INTERVAL '1' DAY AS DATE)
                )
                THEN 1
                ELSE 0
              END AS "opens"
            FROM (
              SELECT
                "t2"."person_id",
                "t2"."observation_period_id",
                "t2"."observation_period_start_date" AS "start",
                "t2"."observation_period_end_date" AS "end",
                MAX("t2"."observation_period_end_date") OVER (
                  PARTITION BY "t2"."person_id"
                  ORDER BY "t2"."observation_period_start_date" ASC, "t2"."observation_period_end_date" ASC, "t2"."observation_period_id" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 preceding
                ) AS "reached"
              FROM "memory"."main"."observation_period" AS "t2"
            ) AS "t10"
          ) AS "t16"
        ) AS "t18"
        GROUP BY
          1,
          2
      ) AS "t24"
      INNER JOIN (
        SELECT
          "t17"."person_id",
          MAKE_DATE(
            "t17"."year_of_birth",
            COALESCE("t17"."month_of_birth", 1),
            CASE
              WHEN "t17"."month_of_birth" IS NULL
              THEN 1
              ELSE COALESCE("t17"."day_of_birth", 1)
            END
          ) AS "birth_earliest",
          CAST(CAST("t17"."anchor_screening" AS TIMESTAMP) - INTERVAL '28' DAY AS DATE) AS "day_0",
          "t17"."anchor_screening" AS "day_1"
        FROM (
          SELECT
            "t15".*
            EXCLUDE ("person_id_right")
          FROM (
            SELECT
              "t6"."person_id",
              "t6"."gender_concept_id",
              "t6"."year_of_birth",
              "t6"."month_of_birth",
              "t6"."day_of_birth",
              "t14"."person_id" AS "person_id_right",
              "t14"."anchor_screening"
            FROM (
              SELECT
                "t0"."person_id",
                "t0"."gender_concept_id",
                "t0"."year_of_birth",
                "t0"."month_of_birth",
                "t0"."day_of_birth"
              FROM "memory"."main"."person" AS "t0"
            ) AS "t6"
            LEFT OUTER JOIN (
              SELECT
                "t7"."person_id",
                MAX("t7"."anchor_date") FILTER(WHERE
                  "t7"."anchor" = 'screening') AS "anchor_screening"
              FROM (
                SELECT
                  *
                FROM "memory"."main"."study_anchor" AS "t1"
                WHERE
                  "t1"."study" = 'study' AND "t1"."anchor" IN ('screening')
              ) AS "t7"
              GROUP BY
                1
            ) AS "t14"
              ON "t6"."person_id" = "t14"."person_id"
          ) AS "t15"
        ) AS "t17"
      ) AS "t21"
        ON "t24"."person_id" = "t21"."person_id"
    ) AS "t27"
    GROUP BY
      1
  ) AS "t32"
) AS "t34"
  ON "t28"."person_id" = "t34"."person_1"
