-- ln_class of latest renal_biopsy in [screening - 6 months, screening] is IV
SELECT
  "t29"."person_id",
  CASE
    WHEN "t29"."anchor_screening" IS NULL
    THEN 3
    WHEN "t39"."a0_code" IS NOT NULL
    THEN "t39"."a0_code"
    WHEN (
      (
        COALESCE("t36"."covered_0", 0) >> 0
      ) & 1
    ) = 1
    THEN 2
    ELSE 5
  END AS "leaf_0"
FROM (
  SELECT
    "t18"."person_id",
    "t18"."gender_concept_id",
    "t18"."year_of_birth",
    "t18"."month_of_birth",
    "t18"."day_of_birth",
    "t18"."anchor_screening",
    MAKE_DATE(
      "t18"."year_of_birth",
      COALESCE("t18"."month_of_birth", 1),
      CASE
        WHEN "t18"."month_of_birth" IS NULL
        THEN 1
        ELSE COALESCE("t18"."day_of_birth", 1)
      END
    ) AS "birth_earliest",
    CASE
      WHEN "t18"."month_of_birth" IS NULL
      THEN MAKE_DATE("t18"."year_of_birth", 12, 31)
      WHEN "t18"."day_of_birth" IS NULL
      THEN CAST(CAST(CAST(CAST(MAKE_DATE("t18"."year_of_birth", COALESCE("t18"."month_of_birth", 1), 1) AS TIMESTAMP) + INTERVAL '1' MONTH AS DATE) AS TIMESTAMP) - INTERVAL '1' DAY AS DATE)
      ELSE MAKE_DATE(
        "t18"."year_of_birth",
        COALESCE("t18"."month_of_birth", 1),
        CASE
          WHEN "t18"."month_of_birth" IS NULL
          THEN 1
          ELSE COALESCE("t18"."day_of_birth", 1)
        END
      )
    END AS "birth_latest"
  FROM (
    SELECT
      "t16".*
      EXCLUDE ("person_id_right")
    FROM (
      SELECT
        "t6"."person_id",
        "t6"."gender_concept_id",
        "t6"."year_of_birth",
        "t6"."month_of_birth",
        "t6"."day_of_birth",
        "t13"."person_id" AS "person_id_right",
        "t13"."anchor_screening"
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
      ) AS "t13"
        ON "t6"."person_id" = "t13"."person_id"
    ) AS "t16"
  ) AS "t18"
) AS "t29"
LEFT OUTER JOIN (
  SELECT
    "t37"."person_id" AS "person_0",
    "t37"."a0_code"
  FROM (
    SELECT
      "t34"."person_id",
      CASE
        WHEN "t15"."key" IS NULL
        THEN 4
        ELSE CASE
          WHEN (
            "t15"."value" IS NULL
          ) OR (
            "t15"."value" = 0
          )
          THEN 6
          WHEN "t15"."value" IN (2100000808)
          THEN 1
          WHEN "t15"."value" IN (2100000806, 2100000807, 2100000808, 2100000809, 2100000811)
          THEN 2
          ELSE 17
        END
      END AS "a0_code"
    FROM (
      SELECT
        "t31"."person_id",
        "t31"."row"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            *
          FROM (
            SELECT
              "t11"."person_id",
              "t11"."row",
              "t11"."concept",
              "t11"."route",
              "t11"."begins",
              "t11"."ends",
              "t11"."possible_end",
              "t23"."day_0",
              "t23"."day_1"
            FROM (
              SELECT
                "t4"."person_id",
                "t4"."procedure_occurrence_id" AS "row",
                "t4"."procedure_concept_id" AS "concept",
                CAST(NULL AS INT) AS "route",
                "t4"."procedure_date" AS "begins",
                "t4"."procedure_date" AS "ends",
                COALESCE("t4"."procedure_date", MAKE_DATE(9999, 12, 31)) AS "possible_end"
              FROM "memory"."main"."procedure_occurrence" AS "t4"
              WHERE
                "t4"."procedure_concept_id" IN (4230425)
            ) AS "t11"
            INNER JOIN (
              SELECT
                "t18"."person_id",
                CAST(CAST("t18"."anchor_screening" AS TIMESTAMP) - INTERVAL '6' MONTH AS DATE) AS "day_0",
                "t18"."anchor_screening" AS "day_1"
              FROM (
                SELECT
                  "t16".*
                  EXCLUDE ("person_id_right")
                FROM (
                  SELECT
                    "t6"."person_id",
                    "t6"."gender_concept_id",
                    "t6"."year_of_birth",
                    "t6"."month_of_birth",
                    "t6"."day_of_birth",
                    "t13"."person_id" AS "person_id_right",
                    "t13"."anchor_screening"
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
                  ) AS "t13"
                    ON "t6"."person_id" = "t13"."person_id"
                ) AS "t16"
              ) AS "t18"
            ) AS "t23"
              ON "t11"."person_id" = "t23"."person_id"
          ) AS "t26"
          WHERE
            "t26"."concept" IN (4230425)
            AND "t26"."begins" >= "t26"."day_0"
            AND "t26"."begins" <= "t26"."day_1"
        ) AS "t30"
        QUALIFY
          (
            ROW_NUMBER() OVER (
              PARTITION BY "t30"."person_id"
              ORDER BY "t30"."begins" DESC, "t30"."row" DESC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1
          ) = 0
      ) AS "t31"
    ) AS "t34"
    LEFT OUTER JOIN (
      SELECT
        *
      FROM (
        SELECT
          "t2"."person_id" AS "of_person",
          "t2"."measurement_event_id" AS "of_row",
          "t2"."value_as_concept_id" AS "value",
          "t2"."measurement_id" AS "key",
          "t2"."measurement_date" AS "day",
          "t2"."measurement_datetime" AS "time"
        FROM "memory"."main"."measurement" AS "t2"
        WHERE
          "t2"."measurement_concept_id" IN (2100000210)
          AND "t2"."measurement_event_id" IS NOT NULL
      ) AS "t8"
      QUALIFY
        (
          ROW_NUMBER() OVER (
            PARTITION BY "t8"."of_person", "t8"."of_row"
            ORDER BY "t8"."day" DESC, "t8"."time" DESC, "t8"."key" DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1
        ) = 0
    ) AS "t15"
      ON "t34"."person_id" = "t15"."of_person" AND "t34"."row" = "t15"."of_row"
  ) AS "t37"
) AS "t39"
  ON "t29"."person_id" = "t39"."person_0"
LEFT OUTER JOIN (
  SELECT
    "t32"."person_id" AS "person_1",
    "t32"."covered_0"
  FROM (
    SELECT
      "t28"."person_id",
      BIT_OR(
        CAST(CASE
          WHEN (
            "t28"."begins" <= GREATEST("t28"."day_0", "t28"."birth_earliest")
          )
          AND (
            "t28"."ends" >= "t28"."day_1"
          )
          THEN 1
          ELSE 0
        END AS BIGINT) * 1
      ) AS "covered_0"
    FROM (
      SELECT
        "t25"."person_id",
        "t25"."island",
        "t25"."begins",
        "t25"."ends",
        "t22"."birth_earliest",
        "t22"."day_0",
        "t22"."day_1"
      FROM (
        SELECT
          "t19"."person_id",
          "t19"."island",
          MIN("t19"."start") AS "begins",
          MAX("t19"."end") AS "ends"
        FROM (
          SELECT
            "t17"."person_id",
            "t17"."observation_period_id",
            "t17"."start",
            "t17"."end",
            "t17"."reached",
            "t17"."opens",
            SUM("t17"."opens") OVER (
              PARTITION BY "t17"."person_id"
              ORDER BY "t17"."start" ASC, "t17"."end" ASC, "t17"."observation_period_id" ASC
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
                "t3"."person_id",
                "t3"."observation_period_id",
                "t3"."observation_period_start_date" AS "start",
                "t3"."observation_period_end_date" AS "end",
                MAX("t3"."observation_period_end_date") OVER (
                  PARTITION BY "t3"."person_id"
                  ORDER BY "t3"."observation_period_start_date" ASC, "t3"."observation_period_end_date" ASC, "t3"."observation_period_id" ASC
                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 preceding
                ) AS "reached"
              FROM "memory"."main"."observation_period" AS "t3"
            ) AS "t10"
          ) AS "t17"
        ) AS "t19"
        GROUP BY
          1,
          2
      ) AS "t25"
      INNER JOIN (
        SELECT
          "t18"."person_id",
          MAKE_DATE(
            "t18"."year_of_birth",
            COALESCE("t18"."month_of_birth", 1),
            CASE
              WHEN "t18"."month_of_birth" IS NULL
              THEN 1
              ELSE COALESCE("t18"."day_of_birth", 1)
            END
          ) AS "birth_earliest",
          CAST(CAST("t18"."anchor_screening" AS TIMESTAMP) - INTERVAL '6' MONTH AS DATE) AS "day_0",
          "t18"."anchor_screening" AS "day_1"
        FROM (
          SELECT
            "t16".*
            EXCLUDE ("person_id_right")
          FROM (
            SELECT
              "t6"."person_id",
              "t6"."gender_concept_id",
              "t6"."year_of_birth",
              "t6"."month_of_birth",
              "t6"."day_of_birth",
              "t13"."person_id" AS "person_id_right",
              "t13"."anchor_screening"
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
            ) AS "t13"
              ON "t6"."person_id" = "t13"."person_id"
          ) AS "t16"
        ) AS "t18"
      ) AS "t22"
        ON "t25"."person_id" = "t22"."person_id"
    ) AS "t28"
    GROUP BY
      1
  ) AS "t32"
) AS "t36"
  ON "t29"."person_id" = "t36"."person_1"
