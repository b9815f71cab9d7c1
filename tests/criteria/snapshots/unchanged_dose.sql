-- dose of prednisolone unchanged in [screening - 28 days, screening]
WITH "t25" AS (
  SELECT
    "t10"."dose_era_id",
    "t10"."person_id",
    "t10"."drug_concept_id",
    "t10"."unit_concept_id",
    "t10"."dose_value",
    "t10"."dose_era_start_date",
    "t10"."dose_era_end_date",
    "t22"."day_0",
    "t22"."day_1"
  FROM (
    SELECT
      *
    FROM "memory"."main"."dose_era" AS "t2"
    WHERE
      "t2"."drug_concept_id" IN (1550557)
  ) AS "t10"
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
    ON "t10"."person_id" = "t22"."person_id"
)
SELECT
  "t30"."person_id",
  CASE
    WHEN "t30"."anchor_screening" IS NULL
    THEN 3
    WHEN COALESCE("t44"."u0_changed", 0) = 1
    THEN 2
    WHEN (
      COALESCE("t44"."u0_no_dose", 0) = 1
    ) OR (
      "t49"."u0_missing" IS NOT NULL
    )
    THEN 14
    WHEN (
      (
        COALESCE("t38"."covered_0", 0) >> 0
      ) & 1
    ) = 1
    THEN 1
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
) AS "t30"
LEFT OUTER JOIN (
  SELECT
    "t47"."person_id" AS "person_0",
    "t47"."u0_missing"
  FROM (
    SELECT
      "t46"."person_id",
      (
        MAX("t46"."drug") * 0
      ) + 14 AS "u0_missing"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t32"."person_id",
          "t32"."exposure",
          "t32"."drug",
          "t32"."from_day",
          "t32"."to_day",
          "t42"."told",
          "t42"."gaps",
          "t42"."until"
        FROM (
          SELECT
            *
          FROM (
            SELECT
              "t12"."person_id",
              "t12"."drug_exposure_id" AS "exposure",
              CASE WHEN "t12"."drug_concept_id" IN (1550557) THEN 0 ELSE -1 END AS "drug",
              GREATEST("t12"."drug_exposure_start_date", "t22"."day_0") AS "from_day",
              LEAST("t12"."drug_exposure_end_date", "t22"."day_1") AS "to_day"
            FROM (
              SELECT
                *
              FROM "memory"."main"."drug_exposure" AS "t4"
              WHERE
                "t4"."drug_concept_id" IN (1550557)
            ) AS "t12"
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
              ON "t12"."person_id" = "t22"."person_id"
          ) AS "t26"
          WHERE
            "t26"."from_day" <= "t26"."to_day"
        ) AS "t32"
        LEFT OUTER JOIN (
          SELECT
            "t39"."exposure" AS "told",
            MAX("t39"."gap") AS "gaps",
            MAX("t39"."ends") AS "until"
          FROM (
            SELECT
              "t32"."exposure",
              "t34"."ends",
              CASE
                WHEN CASE
                  WHEN MAX("t34"."ends") OVER (
                    PARTITION BY "t32"."exposure"
                    ORDER BY "t34"."begins" ASC, "t34"."ends" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 preceding
                  ) IS NULL
                  THEN "t34"."begins" > "t32"."from_day"
                  ELSE "t34"."begins" > (
                    MAX("t34"."ends") OVER (
                      PARTITION BY "t32"."exposure"
                      ORDER BY "t34"."begins" ASC, "t34"."ends" ASC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 preceding
                    ) + INTERVAL '1' DAY
                  )
                END
                THEN 1
                ELSE 0
              END AS "gap"
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  "t12"."person_id",
                  "t12"."drug_exposure_id" AS "exposure",
                  CASE WHEN "t12"."drug_concept_id" IN (1550557) THEN 0 ELSE -1 END AS "drug",
                  GREATEST("t12"."drug_exposure_start_date", "t22"."day_0") AS "from_day",
                  LEAST("t12"."drug_exposure_end_date", "t22"."day_1") AS "to_day"
                FROM (
                  SELECT
                    *
                  FROM "memory"."main"."drug_exposure" AS "t4"
                  WHERE
                    "t4"."drug_concept_id" IN (1550557)
                ) AS "t12"
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
                  ON "t12"."person_id" = "t22"."person_id"
              ) AS "t26"
              WHERE
                "t26"."from_day" <= "t26"."to_day"
            ) AS "t32"
            INNER JOIN (
              SELECT
                "t28"."person_id" AS "era_person",
                CASE WHEN "t28"."drug_concept_id" IN (1550557) THEN 0 ELSE -1 END AS "era_drug",
                "t28"."dose_era_start_date" AS "begins",
                "t28"."dose_era_end_date" AS "ends"
              FROM "t25" AS "t28"
              WHERE
                "t28"."dose_era_start_date" <= "t28"."day_1"
                AND "t28"."dose_era_end_date" >= "t28"."day_0"
                AND "t28"."day_0" <= "t28"."day_1"
            ) AS "t34"
              ON "t32"."person_id" = "t34"."era_person"
              AND "t32"."drug" = "t34"."era_drug"
              AND "t34"."begins" <= "t32"."to_day"
              AND "t34"."ends" >= "t32"."from_day"
          ) AS "t39"
          GROUP BY
            1
        ) AS "t42"
          ON "t32"."exposure" = "t42"."told"
      ) AS "t45"
      WHERE
        (
          "t45"."until" IS NULL
        )
        OR (
          "t45"."until" < "t45"."to_day"
        )
        OR (
          "t45"."gaps" = 1
        )
    ) AS "t46"
    GROUP BY
      1
  ) AS "t47"
) AS "t49"
  ON "t30"."person_id" = "t49"."person_0"
LEFT OUTER JOIN (
  SELECT
    "t40"."person_id" AS "person_1",
    "t40"."u0_changed",
    "t40"."u0_no_dose"
  FROM (
    SELECT
      "t35"."person_id",
      MAX(
        CASE
          WHEN (
            "t35"."begins" > "t35"."first"
          ) OR (
            "t35"."ends" < "t35"."last"
          )
          THEN 1
          ELSE 0
        END
      ) AS "u0_changed",
      MAX(CASE WHEN "t35"."no_dose" THEN 1 ELSE 0 END) AS "u0_no_dose"
    FROM (
      SELECT
        "t28"."person_id",
        "t28"."dose_era_id" AS "era",
        CASE WHEN "t28"."drug_concept_id" IN (1550557) THEN 0 ELSE -1 END AS "ingredient",
        "t28"."dose_era_start_date" AS "begins",
        "t28"."dose_era_end_date" AS "ends",
        "t28"."day_0" AS "first",
        "t28"."day_1" AS "last",
        "t28"."dose_value" IS NULL AS "no_dose",
        CASE
          WHEN CASE
            WHEN (
              "t28"."dose_value" IS NULL
            ) OR (
              "t28"."dose_value" < 0
            )
            THEN 14
            WHEN CASE
              WHEN COALESCE("t28"."unit_concept_id", 0) = 8576
              THEN 'mg'
              WHEN COALESCE("t28"."unit_concept_id", 0) = 8909
              THEN 'mg/d'
              WHEN COALESCE("t28"."unit_concept_id", 0) = 8700
              THEN 'mg/d'
              WHEN COALESCE("t28"."unit_concept_id", 0) = 8504
              THEN 'g'
              WHEN COALESCE("t28"."unit_concept_id", 0) = 8807
              THEN 'g/d'
              WHEN COALESCE("t28"."unit_concept_id", 0) = 2100000990
              THEN 'mg/wk'
              ELSE CAST(NULL AS TEXT)
            END IS NOT NULL
            THEN 0
            WHEN COALESCE("t28"."unit_concept_id", 0) = 0
            THEN 7
            ELSE 8
          END = 0
          THEN CASE
            WHEN "t28"."drug_concept_id" IN (1550557)
            AND (
              CASE
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg'
            )
            THEN CAST("t28"."dose_value" AS DECIMAL(38, 6)) * 7
            WHEN "t28"."drug_concept_id" IN (1550557)
            AND (
              CASE
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg/d'
            )
            THEN CAST("t28"."dose_value" AS DECIMAL(38, 6)) * 7
            WHEN "t28"."drug_concept_id" IN (1550557)
            AND (
              CASE
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'g'
            )
            THEN CAST("t28"."dose_value" AS DECIMAL(38, 6)) * 7000
            WHEN "t28"."drug_concept_id" IN (1550557)
            AND (
              CASE
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'g/d'
            )
            THEN CAST("t28"."dose_value" AS DECIMAL(38, 6)) * 7000
            WHEN "t28"."drug_concept_id" IN (1550557)
            AND (
              CASE
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t28"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg/wk'
            )
            THEN CAST("t28"."dose_value" AS DECIMAL(38, 6)) * 1
            ELSE CAST(NULL AS DECIMAL(38, 6))
          END
          ELSE 0
        END AS "amount",
        CASE
          WHEN (
            "t28"."dose_value" IS NULL
          ) OR (
            "t28"."dose_value" < 0
          )
          THEN 14
          WHEN CASE
            WHEN COALESCE("t28"."unit_concept_id", 0) = 8576
            THEN 'mg'
            WHEN COALESCE("t28"."unit_concept_id", 0) = 8909
            THEN 'mg/d'
            WHEN COALESCE("t28"."unit_concept_id", 0) = 8700
            THEN 'mg/d'
            WHEN COALESCE("t28"."unit_concept_id", 0) = 8504
            THEN 'g'
            WHEN COALESCE("t28"."unit_concept_id", 0) = 8807
            THEN 'g/d'
            WHEN COALESCE("t28"."unit_concept_id", 0) = 2100000990
            THEN 'mg/wk'
            ELSE CAST(NULL AS TEXT)
          END IS NOT NULL
          THEN 0
          WHEN COALESCE("t28"."unit_concept_id", 0) = 0
          THEN 7
          ELSE 8
        END AS "why"
      FROM "t25" AS "t28"
      WHERE
        "t28"."dose_era_start_date" <= "t28"."day_1"
        AND "t28"."dose_era_end_date" >= "t28"."day_0"
        AND "t28"."day_0" <= "t28"."day_1"
    ) AS "t35"
    GROUP BY
      1
  ) AS "t40"
) AS "t44"
  ON "t30"."person_id" = "t44"."person_1"
LEFT OUTER JOIN (
  SELECT
    "t36"."person_id" AS "person_2",
    "t36"."covered_0"
  FROM (
    SELECT
      "t29"."person_id",
      BIT_OR(
        CAST(CASE
          WHEN (
            "t29"."begins" <= GREATEST("t29"."day_0", "t29"."birth_earliest")
          )
          AND (
            "t29"."ends" >= "t29"."day_1"
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
              "t11"."person_id",
              "t11"."observation_period_id",
              "t11"."start",
              "t11"."end",
              "t11"."reached",
              CASE
                WHEN (
                  "t11"."reached" IS NULL
                )
                OR (
                  "t11"."start" > CAST(CAST("t11"."reached" AS TIMESTAMP) + INTERVAL '1' DAY AS DATE)
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
            ) AS "t11"
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
    ) AS "t29"
    GROUP BY
      1
  ) AS "t36"
) AS "t38"
  ON "t30"."person_id" = "t38"."person_2"
