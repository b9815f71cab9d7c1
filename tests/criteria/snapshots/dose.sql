-- dose of glucocorticoid at screening <= 20 mg/d
WITH "t24" AS (
  SELECT
    "t10"."dose_era_id",
    "t10"."person_id",
    "t10"."drug_concept_id",
    "t10"."unit_concept_id",
    "t10"."dose_value",
    "t10"."dose_era_start_date",
    "t10"."dose_era_end_date",
    "t19"."day_0"
  FROM (
    SELECT
      *
    FROM "memory"."main"."dose_era" AS "t2"
    WHERE
      "t2"."drug_concept_id" IN (1506270, 1518254, 1550557, 1551099)
  ) AS "t10"
  INNER JOIN (
    SELECT
      "t17"."person_id",
      "t17"."anchor_screening" AS "day_0"
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
  ) AS "t19"
    ON "t10"."person_id" = "t19"."person_id"
)
SELECT
  "t32"."person_id",
  CAST(CASE
    WHEN "t32"."anchor_screening" IS NULL
    THEN 3
    WHEN (
      CASE
        WHEN LEAST("t43"."d0_why", "t49"."d0_missing") IS NOT NULL
        THEN LEAST("t43"."d0_why", "t49"."d0_missing")
        WHEN (
          (
            COALESCE("t41"."covered_0", 0) >> 0
          ) & 1
        ) = 1
        THEN 0
        ELSE 5
      END = 0
    )
    AND (
      COALESCE("t43"."d0_total", 0) <= 20160
    )
    THEN 1
    WHEN CASE
      WHEN LEAST("t43"."d0_why", "t49"."d0_missing") IS NOT NULL
      THEN LEAST("t43"."d0_why", "t49"."d0_missing")
      WHEN (
        (
          COALESCE("t41"."covered_0", 0) >> 0
        ) & 1
      ) = 1
      THEN 0
      ELSE 5
    END = 0
    THEN 2
    WHEN COALESCE("t43"."d0_total", 0) > 20160
    THEN 2
    ELSE CASE
      WHEN LEAST("t43"."d0_why", "t49"."d0_missing") IS NOT NULL
      THEN LEAST("t43"."d0_why", "t49"."d0_missing")
      WHEN (
        (
          COALESCE("t41"."covered_0", 0) >> 0
        ) & 1
      ) = 1
      THEN 0
      ELSE 5
    END
  END AS TINYINT) AS "leaf_0"
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
) AS "t32"
LEFT OUTER JOIN (
  SELECT
    "t38"."person_id" AS "person_0",
    "t38"."d0_total",
    "t38"."d0_why"
  FROM (
    SELECT
      "t35"."person_id",
      SUM("t35"."amount") AS "d0_total",
      MIN("t35"."why") FILTER(WHERE
        "t35"."why" > 0) AS "d0_why"
    FROM (
      SELECT
        "t27"."person_id",
        "t27"."dose_era_id" AS "era",
        CASE
          WHEN "t27"."drug_concept_id" IN (1551099)
          THEN 0
          WHEN "t27"."drug_concept_id" IN (1550557)
          THEN 1
          WHEN "t27"."drug_concept_id" IN (1506270)
          THEN 2
          WHEN "t27"."drug_concept_id" IN (1518254)
          THEN 3
          ELSE -1
        END AS "ingredient",
        "t27"."dose_era_start_date" AS "begins",
        "t27"."dose_era_end_date" AS "ends",
        "t27"."day_0" AS "first",
        "t27"."day_0" AS "last",
        "t27"."dose_value" IS NULL AS "no_dose",
        CASE
          WHEN CASE
            WHEN (
              "t27"."dose_value" IS NULL
            ) OR (
              "t27"."dose_value" < 0
            )
            THEN 14
            WHEN CASE
              WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
              THEN 'mg'
              WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
              THEN 'mg/d'
              WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
              THEN 'mg/d'
              WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
              THEN 'g'
              WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
              THEN 'g/d'
              WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
              THEN 'mg/wk'
              ELSE CAST(NULL AS TEXT)
            END IS NOT NULL
            THEN 0
            WHEN COALESCE("t27"."unit_concept_id", 0) = 0
            THEN 7
            ELSE 8
          END = 0
          THEN CASE
            WHEN "t27"."drug_concept_id" IN (1551099)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1008
            WHEN "t27"."drug_concept_id" IN (1551099)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg/d'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1008
            WHEN "t27"."drug_concept_id" IN (1551099)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'g'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1008000
            WHEN "t27"."drug_concept_id" IN (1551099)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'g/d'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1008000
            WHEN "t27"."drug_concept_id" IN (1551099)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg/wk'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 144
            WHEN "t27"."drug_concept_id" IN (1550557)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1008
            WHEN "t27"."drug_concept_id" IN (1550557)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg/d'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1008
            WHEN "t27"."drug_concept_id" IN (1550557)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'g'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1008000
            WHEN "t27"."drug_concept_id" IN (1550557)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'g/d'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1008000
            WHEN "t27"."drug_concept_id" IN (1550557)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg/wk'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 144
            WHEN "t27"."drug_concept_id" IN (1506270)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1260
            WHEN "t27"."drug_concept_id" IN (1506270)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg/d'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1260
            WHEN "t27"."drug_concept_id" IN (1506270)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'g'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1260000
            WHEN "t27"."drug_concept_id" IN (1506270)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'g/d'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 1260000
            WHEN "t27"."drug_concept_id" IN (1506270)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg/wk'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 180
            WHEN "t27"."drug_concept_id" IN (1518254)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 6720
            WHEN "t27"."drug_concept_id" IN (1518254)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg/d'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 6720
            WHEN "t27"."drug_concept_id" IN (1518254)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'g'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 6720000
            WHEN "t27"."drug_concept_id" IN (1518254)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'g/d'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 6720000
            WHEN "t27"."drug_concept_id" IN (1518254)
            AND (
              CASE
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
                THEN 'mg'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
                THEN 'mg/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
                THEN 'g'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
                THEN 'g/d'
                WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
                THEN 'mg/wk'
                ELSE CAST(NULL AS TEXT)
              END = 'mg/wk'
            )
            THEN CAST("t27"."dose_value" AS DECIMAL(38, 6)) * 960
            ELSE CAST(NULL AS DECIMAL(38, 6))
          END
          ELSE 0
        END AS "amount",
        CASE
          WHEN (
            "t27"."dose_value" IS NULL
          ) OR (
            "t27"."dose_value" < 0
          )
          THEN 14
          WHEN CASE
            WHEN COALESCE("t27"."unit_concept_id", 0) = 8576
            THEN 'mg'
            WHEN COALESCE("t27"."unit_concept_id", 0) = 8909
            THEN 'mg/d'
            WHEN COALESCE("t27"."unit_concept_id", 0) = 8700
            THEN 'mg/d'
            WHEN COALESCE("t27"."unit_concept_id", 0) = 8504
            THEN 'g'
            WHEN COALESCE("t27"."unit_concept_id", 0) = 8807
            THEN 'g/d'
            WHEN COALESCE("t27"."unit_concept_id", 0) = 2100000990
            THEN 'mg/wk'
            ELSE CAST(NULL AS TEXT)
          END IS NOT NULL
          THEN 0
          WHEN COALESCE("t27"."unit_concept_id", 0) = 0
          THEN 7
          ELSE 8
        END AS "why"
      FROM "t24" AS "t27"
      WHERE
        "t27"."dose_era_start_date" <= "t27"."day_0"
        AND "t27"."dose_era_end_date" >= "t27"."day_0"
        AND "t27"."day_0" <= "t27"."day_0"
    ) AS "t35"
    GROUP BY
      1
  ) AS "t38"
) AS "t43"
  ON "t32"."person_id" = "t43"."person_0"
LEFT OUTER JOIN (
  SELECT
    "t47"."person_id" AS "person_1",
    "t47"."d0_missing"
  FROM (
    SELECT
      "t46"."person_id",
      (
        MAX("t46"."drug") * 0
      ) + 14 AS "d0_missing"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t30"."person_id",
          "t30"."exposure",
          "t30"."drug",
          "t30"."from_day",
          "t30"."to_day",
          "t44"."told",
          "t44"."gaps",
          "t44"."until"
        FROM (
          SELECT
            *
          FROM (
            SELECT
              "t12"."person_id",
              "t12"."drug_exposure_id" AS "exposure",
              CASE
                WHEN "t12"."drug_concept_id" IN (1551099)
                THEN 0
                WHEN "t12"."drug_concept_id" IN (1550557)
                THEN 1
                WHEN "t12"."drug_concept_id" IN (1506270)
                THEN 2
                WHEN "t12"."drug_concept_id" IN (1518254)
                THEN 3
                ELSE -1
              END AS "drug",
              GREATEST("t12"."drug_exposure_start_date", "t19"."day_0") AS "from_day",
              LEAST("t12"."drug_exposure_end_date", "t19"."day_0") AS "to_day"
            FROM (
              SELECT
                *
              FROM "memory"."main"."drug_exposure" AS "t4"
              WHERE
                "t4"."drug_concept_id" IN (1506270, 1518254, 1550557, 1551099)
            ) AS "t12"
            INNER JOIN (
              SELECT
                "t17"."person_id",
                "t17"."anchor_screening" AS "day_0"
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
            ) AS "t19"
              ON "t12"."person_id" = "t19"."person_id"
          ) AS "t25"
          WHERE
            "t25"."from_day" <= "t25"."to_day"
        ) AS "t30"
        LEFT OUTER JOIN (
          SELECT
            "t37"."exposure" AS "told",
            MAX("t37"."gap") AS "gaps",
            MAX("t37"."ends") AS "until"
          FROM (
            SELECT
              "t30"."exposure",
              "t34"."ends",
              CASE
                WHEN CASE
                  WHEN MAX("t34"."ends") OVER (
                    PARTITION BY "t30"."exposure"
                    ORDER BY "t34"."begins" ASC, "t34"."ends" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 preceding
                  ) IS NULL
                  THEN "t34"."begins" > "t30"."from_day"
                  ELSE "t34"."begins" > (
                    MAX("t34"."ends") OVER (
                      PARTITION BY "t30"."exposure"
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
                  CASE
                    WHEN "t12"."drug_concept_id" IN (1551099)
                    THEN 0
                    WHEN "t12"."drug_concept_id" IN (1550557)
                    THEN 1
                    WHEN "t12"."drug_concept_id" IN (1506270)
                    THEN 2
                    WHEN "t12"."drug_concept_id" IN (1518254)
                    THEN 3
                    ELSE -1
                  END AS "drug",
                  GREATEST("t12"."drug_exposure_start_date", "t19"."day_0") AS "from_day",
                  LEAST("t12"."drug_exposure_end_date", "t19"."day_0") AS "to_day"
                FROM (
                  SELECT
                    *
                  FROM "memory"."main"."drug_exposure" AS "t4"
                  WHERE
                    "t4"."drug_concept_id" IN (1506270, 1518254, 1550557, 1551099)
                ) AS "t12"
                INNER JOIN (
                  SELECT
                    "t17"."person_id",
                    "t17"."anchor_screening" AS "day_0"
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
                ) AS "t19"
                  ON "t12"."person_id" = "t19"."person_id"
              ) AS "t25"
              WHERE
                "t25"."from_day" <= "t25"."to_day"
            ) AS "t30"
            INNER JOIN (
              SELECT
                "t27"."person_id" AS "era_person",
                CASE
                  WHEN "t27"."drug_concept_id" IN (1551099)
                  THEN 0
                  WHEN "t27"."drug_concept_id" IN (1550557)
                  THEN 1
                  WHEN "t27"."drug_concept_id" IN (1506270)
                  THEN 2
                  WHEN "t27"."drug_concept_id" IN (1518254)
                  THEN 3
                  ELSE -1
                END AS "era_drug",
                "t27"."dose_era_start_date" AS "begins",
                "t27"."dose_era_end_date" AS "ends"
              FROM "t24" AS "t27"
              WHERE
                "t27"."dose_era_start_date" <= "t27"."day_0"
                AND "t27"."dose_era_end_date" >= "t27"."day_0"
                AND "t27"."day_0" <= "t27"."day_0"
            ) AS "t34"
              ON "t30"."person_id" = "t34"."era_person"
              AND "t30"."drug" = "t34"."era_drug"
              AND "t34"."begins" <= "t30"."to_day"
              AND "t34"."ends" >= "t30"."from_day"
          ) AS "t37"
          GROUP BY
            1
        ) AS "t44"
          ON "t30"."exposure" = "t44"."told"
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
  ON "t32"."person_id" = "t49"."person_1"
LEFT OUTER JOIN (
  SELECT
    "t36"."person_id" AS "person_2",
    "t36"."covered_0"
  FROM (
    SELECT
      "t31"."person_id",
      BIT_OR(
        CAST(CASE
          WHEN (
            "t31"."begins" <= GREATEST("t31"."day_0", "t31"."birth_earliest")
          )
          AND (
            "t31"."ends" >= "t31"."day_0"
          )
          THEN 1
          ELSE 0
        END AS BIGINT) * 1
      ) AS "covered_0"
    FROM (
      SELECT
        "t26"."person_id",
        "t26"."island",
        "t26"."begins",
        "t26"."ends",
        "t22"."birth_earliest",
        "t22"."day_0"
      FROM (
        SELECT
          "t20"."person_id",
          "t20"."island",
          MIN("t20"."start") AS "begins",
          MAX("t20"."end") AS "ends"
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
        ) AS "t20"
        GROUP BY
          1,
          2
      ) AS "t26"
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
          "t17"."anchor_screening" AS "day_0"
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
        ON "t26"."person_id" = "t22"."person_id"
    ) AS "t31"
    GROUP BY
      1
  ) AS "t36"
) AS "t41"
  ON "t32"."person_id" = "t41"."person_2"
