-- count of flare in [screening - 1 year, screening] >= 2
SELECT
  "t25"."person_id",
  CASE
    WHEN "t25"."anchor_screening" IS NULL
    THEN 3
    WHEN COALESCE("t29"."e0_0_least", 0) >= 2
    THEN 1
    WHEN (
      (
        (
          COALESCE("t31"."covered_0", 0) >> 0
        ) & 1
      ) = 1
    )
    AND NOT (
      COALESCE("t29"."e0_0_most", 0) >= 2
    )
    THEN 2
    WHEN COALESCE("t29"."e0_0_most", 0) > COALESCE("t29"."e0_0_least", 0)
    THEN 15
    ELSE 5
  END AS "leaf_0"
FROM (
  SELECT
    "t14"."person_id",
    "t14"."gender_concept_id",
    "t14"."year_of_birth",
    "t14"."month_of_birth",
    "t14"."day_of_birth",
    "t14"."anchor_screening",
    MAKE_DATE(
      "t14"."year_of_birth",
      COALESCE("t14"."month_of_birth", 1),
      CASE
        WHEN "t14"."month_of_birth" IS NULL
        THEN 1
        ELSE COALESCE("t14"."day_of_birth", 1)
      END
    ) AS "birth_earliest",
    CASE
      WHEN "t14"."month_of_birth" IS NULL
      THEN MAKE_DATE("t14"."year_of_birth", 12, 31)
      WHEN "t14"."day_of_birth" IS NULL
      THEN CAST(CAST(CAST(CAST(MAKE_DATE("t14"."year_of_birth", COALESCE("t14"."month_of_birth", 1), 1) AS TIMESTAMP) + INTERVAL '1' MONTH AS DATE) AS TIMESTAMP) - INTERVAL '1' DAY AS DATE)
      ELSE MAKE_DATE(
        "t14"."year_of_birth",
        COALESCE("t14"."month_of_birth", 1),
        CASE
          WHEN "t14"."month_of_birth" IS NULL
          THEN 1
          ELSE COALESCE("t14"."day_of_birth", 1)
        END
      )
    END AS "birth_latest"
  FROM (
    SELECT
      "t12".*
      EXCLUDE ("person_id_right")
    FROM (
      SELECT
        "t5"."person_id",
        "t5"."gender_concept_id",
        "t5"."year_of_birth",
        "t5"."month_of_birth",
        "t5"."day_of_birth",
        "t11"."person_id" AS "person_id_right",
        "t11"."anchor_screening"
      FROM (
        SELECT
          "t0"."person_id",
          "t0"."gender_concept_id",
          "t0"."year_of_birth",
          "t0"."month_of_birth",
          "t0"."day_of_birth"
        FROM "memory"."main"."person" AS "t0"
      ) AS "t5"
      LEFT OUTER JOIN (
        SELECT
          "t7"."person_id",
          MAX("t7"."anchor_date") FILTER(WHERE
            "t7"."anchor" = 'screening') AS "anchor_screening"
        FROM (
          SELECT
            *
          FROM "memory"."main"."study_anchor" AS "t2"
          WHERE
            "t2"."study" = 'study' AND "t2"."anchor" IN ('screening')
        ) AS "t7"
        GROUP BY
          1
      ) AS "t11"
        ON "t5"."person_id" = "t11"."person_id"
    ) AS "t12"
  ) AS "t14"
) AS "t25"
LEFT OUTER JOIN (
  SELECT
    "t26"."person_id" AS "person_0",
    "t26"."e0_0_least",
    "t26"."e0_0_most"
  FROM (
    SELECT
      "t22"."person_id",
      SUM(
        CASE
          WHEN "t22"."concept" IN (2100000303)
          AND (
            "t22"."begins" <= "t22"."day_1"
          )
          AND (
            "t22"."day_0" <= "t22"."day_1"
          )
          AND (
            COALESCE("t22"."ends", "t22"."begins") >= "t22"."day_0"
          )
          THEN 1
          ELSE 0
        END
      ) AS "e0_0_least",
      SUM(
        CASE
          WHEN "t22"."concept" IN (2100000303)
          AND (
            "t22"."begins" <= "t22"."day_1"
          )
          AND (
            "t22"."day_0" <= "t22"."day_1"
          )
          AND (
            "t22"."possible_end" >= "t22"."day_0"
          )
          THEN 1
          ELSE 0
        END
      ) AS "e0_0_most"
    FROM (
      SELECT
        "t8"."person_id",
        "t8"."row",
        "t8"."concept",
        "t8"."route",
        "t8"."begins",
        "t8"."ends",
        "t8"."possible_end",
        "t18"."day_0",
        "t18"."day_1"
      FROM (
        SELECT
          "t1"."person_id",
          "t1"."condition_occurrence_id" AS "row",
          "t1"."condition_concept_id" AS "concept",
          CAST(NULL AS INT) AS "route",
          "t1"."condition_start_date" AS "begins",
          "t1"."condition_end_date" AS "ends",
          COALESCE("t1"."condition_end_date", MAKE_DATE(9999, 12, 31)) AS "possible_end"
        FROM "memory"."main"."condition_occurrence" AS "t1"
        WHERE
          "t1"."condition_concept_id" IN (2100000303)
      ) AS "t8"
      INNER JOIN (
        SELECT
          "t14"."person_id",
          CAST(CAST("t14"."anchor_screening" AS TIMESTAMP) - INTERVAL '12' MONTH AS DATE) AS "day_0",
          "t14"."anchor_screening" AS "day_1"
        FROM (
          SELECT
            "t12".*
            EXCLUDE ("person_id_right")
          FROM (
            SELECT
              "t5"."person_id",
              "t5"."gender_concept_id",
              "t5"."year_of_birth",
              "t5"."month_of_birth",
              "t5"."day_of_birth",
              "t11"."person_id" AS "person_id_right",
              "t11"."anchor_screening"
            FROM (
              SELECT
                "t0"."person_id",
                "t0"."gender_concept_id",
                "t0"."year_of_birth",
                "t0"."month_of_birth",
                "t0"."day_of_birth"
              FROM "memory"."main"."person" AS "t0"
            ) AS "t5"
            LEFT OUTER JOIN (
              SELECT
                "t7"."person_id",
                MAX("t7"."anchor_date") FILTER(WHERE
                  "t7"."anchor" = 'screening') AS "anchor_screening"
              FROM (
                SELECT
                  *
                FROM "memory"."main"."study_anchor" AS "t2"
                WHERE
                  "t2"."study" = 'study' AND "t2"."anchor" IN ('screening')
              ) AS "t7"
              GROUP BY
                1
            ) AS "t11"
              ON "t5"."person_id" = "t11"."person_id"
          ) AS "t12"
        ) AS "t14"
      ) AS "t18"
        ON "t8"."person_id" = "t18"."person_id"
    ) AS "t22"
    GROUP BY
      1
  ) AS "t26"
) AS "t29"
  ON "t25"."person_id" = "t29"."person_0"
LEFT OUTER JOIN (
  SELECT
    "t28"."person_id" AS "person_1",
    "t28"."covered_0"
  FROM (
    SELECT
      "t24"."person_id",
      BIT_OR(
        CAST(CASE
          WHEN (
            "t24"."begins" <= GREATEST("t24"."day_0", "t24"."birth_earliest")
          )
          AND (
            "t24"."ends" >= "t24"."day_1"
          )
          THEN 1
          ELSE 0
        END AS BIGINT) * 1
      ) AS "covered_0"
    FROM (
      SELECT
        "t21"."person_id",
        "t21"."island",
        "t21"."begins",
        "t21"."ends",
        "t19"."birth_earliest",
        "t19"."day_0",
        "t19"."day_1"
      FROM (
        SELECT
          "t15"."person_id",
          "t15"."island",
          MIN("t15"."start") AS "begins",
          MAX("t15"."end") AS "ends"
        FROM (
          SELECT
            "t13"."person_id",
            "t13"."observation_period_id",
            "t13"."start",
            "t13"."end",
            "t13"."reached",
            "t13"."opens",
            SUM("t13"."opens") OVER (
              PARTITION BY "t13"."person_id"
              ORDER BY "t13"."start" ASC, "t13"."end" ASC, "t13"."observation_period_id" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS "island"
          FROM (
            SELECT
              "t9"."person_id",
              "t9"."observation_period_id",
              "t9"."start",
              "t9"."end",
              "t9"."reached",
              CASE
                WHEN (
                  "t9"."reached" IS NULL
                )
                OR (
                  "t9"."start" > CAST(CAST("t9"."reached" AS TIMESTAMP) + INTERVAL '1' DAY AS DATE)
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
            ) AS "t9"
          ) AS "t13"
        ) AS "t15"
        GROUP BY
          1,
          2
      ) AS "t21"
      INNER JOIN (
        SELECT
          "t14"."person_id",
          MAKE_DATE(
            "t14"."year_of_birth",
            COALESCE("t14"."month_of_birth", 1),
            CASE
              WHEN "t14"."month_of_birth" IS NULL
              THEN 1
              ELSE COALESCE("t14"."day_of_birth", 1)
            END
          ) AS "birth_earliest",
          CAST(CAST("t14"."anchor_screening" AS TIMESTAMP) - INTERVAL '12' MONTH AS DATE) AS "day_0",
          "t14"."anchor_screening" AS "day_1"
        FROM (
          SELECT
            "t12".*
            EXCLUDE ("person_id_right")
          FROM (
            SELECT
              "t5"."person_id",
              "t5"."gender_concept_id",
              "t5"."year_of_birth",
              "t5"."month_of_birth",
              "t5"."day_of_birth",
              "t11"."person_id" AS "person_id_right",
              "t11"."anchor_screening"
            FROM (
              SELECT
                "t0"."person_id",
                "t0"."gender_concept_id",
                "t0"."year_of_birth",
                "t0"."month_of_birth",
                "t0"."day_of_birth"
              FROM "memory"."main"."person" AS "t0"
            ) AS "t5"
            LEFT OUTER JOIN (
              SELECT
                "t7"."person_id",
                MAX("t7"."anchor_date") FILTER(WHERE
                  "t7"."anchor" = 'screening') AS "anchor_screening"
              FROM (
                SELECT
                  *
                FROM "memory"."main"."study_anchor" AS "t2"
                WHERE
                  "t2"."study" = 'study' AND "t2"."anchor" IN ('screening')
              ) AS "t7"
              GROUP BY
                1
            ) AS "t11"
              ON "t5"."person_id" = "t11"."person_id"
          ) AS "t12"
        ) AS "t14"
      ) AS "t19"
        ON "t21"."person_id" = "t19"."person_id"
    ) AS "t24"
    GROUP BY
      1
  ) AS "t28"
) AS "t31"
  ON "t25"."person_id" = "t31"."person_1"
