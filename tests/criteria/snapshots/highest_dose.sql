-- highest dose of prednisolone in [screening - 28 days, screening] >= 10 mg/d
WITH "t26" AS (
  SELECT
    "t12"."dose_era_id",
    "t12"."person_id",
    "t12"."drug_concept_id",
    "t12"."unit_concept_id",
    "t12"."dose_value",
    "t12"."dose_era_start_date",
    "t12"."dose_era_end_date",
    "t22"."day_0",
    "t22"."day_1"
  FROM (
    SELECT
      *
    FROM "memory"."main"."dose_era" AS "t4"
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
), "t37" AS (
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
  FROM "t26" AS "t28"
  WHERE
    "t28"."dose_era_start_date" <= "t28"."day_1"
    AND "t28"."dose_era_end_date" >= "t28"."day_0"
    AND "t28"."day_0" <= "t28"."day_1"
)
SELECT
  "t30"."person_id",
  CAST(CASE
    WHEN "t30"."anchor_screening" IS NULL
    THEN 3
    WHEN (
      CASE
        WHEN LEAST("t56"."d0_why", "t59"."d0_missing") IS NOT NULL
        THEN LEAST("t56"."d0_why", "t59"."d0_missing")
        WHEN (
          (
            COALESCE("t42"."covered_0", 0) >> 0
          ) & 1
        ) = 1
        THEN 0
        ELSE 5
      END = 0
    )
    AND (
      COALESCE("t56"."d0_total", 0) >= 70
    )
    THEN 1
    WHEN CASE
      WHEN LEAST("t56"."d0_why", "t59"."d0_missing") IS NOT NULL
      THEN LEAST("t56"."d0_why", "t59"."d0_missing")
      WHEN (
        (
          COALESCE("t42"."covered_0", 0) >> 0
        ) & 1
      ) = 1
      THEN 0
      ELSE 5
    END = 0
    THEN 2
    WHEN COALESCE("t56"."d0_total", 0) >= 70
    THEN 1
    ELSE CASE
      WHEN LEAST("t56"."d0_why", "t59"."d0_missing") IS NOT NULL
      THEN LEAST("t56"."d0_why", "t59"."d0_missing")
      WHEN (
        (
          COALESCE("t42"."covered_0", 0) >> 0
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
) AS "t30"
LEFT OUTER JOIN (
  SELECT
    "t54"."person_id" AS "person_0",
    "t54"."d0_total",
    "t54"."d0_why"
  FROM (
    SELECT
      "t52"."person_id",
      "t52"."d0_total",
      "t45"."d0_why"
    FROM (
      SELECT
        "t49"."person_id",
        MAX("t49"."total") AS "d0_total"
      FROM (
        SELECT
          "t46"."person_id",
          "t46"."at_era",
          SUM("t46"."amount") AS "total"
        FROM (
          SELECT
            "t34"."at_person",
            "t34"."at_era",
            "t34"."day",
            "t40"."person_id",
            "t40"."era",
            "t40"."ingredient",
            "t40"."begins",
            "t40"."ends",
            "t40"."first",
            "t40"."last",
            "t40"."no_dose",
            "t40"."amount",
            "t40"."why"
          FROM (
            SELECT
              "t28"."person_id" AS "at_person",
              "t28"."dose_era_id" AS "at_era",
              GREATEST("t28"."dose_era_start_date", "t28"."day_0") AS "day"
            FROM "t26" AS "t28"
            WHERE
              "t28"."dose_era_start_date" <= "t28"."day_1"
              AND "t28"."dose_era_end_date" >= "t28"."day_0"
              AND "t28"."day_0" <= "t28"."day_1"
          ) AS "t34"
          INNER JOIN "t37" AS "t40"
            ON "t34"."at_person" = "t40"."person_id"
            AND "t40"."begins" <= "t34"."day"
            AND "t40"."ends" >= "t34"."day"
        ) AS "t46"
        GROUP BY
          1,
          2
      ) AS "t49"
      GROUP BY
        1
    ) AS "t52"
    INNER JOIN (
      SELECT
        "t39"."person_id",
        MIN("t39"."why") FILTER(WHERE
          "t39"."why" > 0) AS "d0_why"
      FROM "t37" AS "t39"
      GROUP BY
        1
    ) AS "t45"
      ON "t52"."person_id" = "t45"."person_id"
  ) AS "t54"
) AS "t56"
  ON "t30"."person_id" = "t56"."person_0"
LEFT OUTER JOIN (
  SELECT
    "t57"."person_id" AS "person_1",
    "t57"."d0_missing"
  FROM (
    SELECT
      "t53"."person_id",
      (
        MAX("t53"."drug") * 0
      ) + 14 AS "d0_missing"
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
          "t48"."told",
          "t48"."gaps",
          "t48"."until"
        FROM (
          SELECT
            *
          FROM (
            SELECT
              "t11"."person_id",
              "t11"."drug_exposure_id" AS "exposure",
              CASE WHEN "t11"."drug_concept_id" IN (1550557) THEN 0 ELSE -1 END AS "drug",
              GREATEST("t11"."drug_exposure_start_date", "t22"."day_0") AS "from_day",
              LEAST("t11"."drug_exposure_end_date", "t22"."day_1") AS "to_day"
            FROM (
              SELECT
                *
              FROM "memory"."main"."drug_exposure" AS "t3"
              WHERE
                "t3"."drug_concept_id" IN (1550557)
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
            "t25"."from_day" <= "t25"."to_day"
        ) AS "t32"
        LEFT OUTER JOIN (
          SELECT
            "t43"."exposure" AS "told",
            MAX("t43"."gap") AS "gaps",
            MAX("t43"."ends") AS "until"
          FROM (
            SELECT
              "t32"."exposure",
              "t36"."ends",
              CASE
                WHEN CASE
                  WHEN MAX("t36"."ends") OVER (
                    PARTITION BY "t32"."exposure"
                    ORDER BY "t36"."begins" ASC, "t36"."ends" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 preceding
                  ) IS NULL
                  THEN "t36"."begins" > "t32"."from_day"
                  ELSE "t36"."begins" > (
                    MAX("t36"."ends") OVER (
                      PARTITION BY "t32"."exposure"
                      ORDER BY "t36"."begins" ASC, "t36"."ends" ASC
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
                  "t11"."person_id",
                  "t11"."drug_exposure_id" AS "exposure",
                  CASE WHEN "t11"."drug_concept_id" IN (1550557) THEN 0 ELSE -1 END AS "drug",
                  GREATEST("t11"."drug_exposure_start_date", "t22"."day_0") AS "from_day",
                  LEAST("t11"."drug_exposure_end_date", "t22"."day_1") AS "to_day"
                FROM (
                  SELECT
                    *
                  FROM "memory"."main"."drug_exposure" AS "t3"
                  WHERE
                    "t3"."drug_concept_id" IN (1550557)
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
                "t25"."from_day" <= "t25"."to_day"
            ) AS "t32"
            INNER JOIN (
              SELECT
                "t28"."person_id" AS "era_person",
                CASE WHEN "t28"."drug_concept_id" IN (1550557) THEN 0 ELSE -1 END AS "era_drug",
                "t28"."dose_era_start_date" AS "begins",
                "t28"."dose_era_end_date" AS "ends"
              FROM "t26" AS "t28"
              WHERE
                "t28"."dose_era_start_date" <= "t28"."day_1"
                AND "t28"."dose_era_end_date" >= "t28"."day_0"
                AND "t28"."day_0" <= "t28"."day_1"
            ) AS "t36"
              ON "t32"."person_id" = "t36"."era_person"
              AND "t32"."drug" = "t36"."era_drug"
              AND "t36"."begins" <= "t32"."to_day"
              AND "t36"."ends" >= "t32"."from_day"
          ) AS "t43"
          GROUP BY
            1
        ) AS "t48"
          ON "t32"."exposure" = "t48"."told"
      ) AS "t50"
      WHERE
        (
          "t50"."until" IS NULL
        )
        OR (
          "t50"."until" < "t50"."to_day"
        )
        OR (
          "t50"."gaps" = 1
        )
    ) AS "t53"
    GROUP BY
      1
  ) AS "t57"
) AS "t59"
  ON "t30"."person_id" = "t59"."person_1"
LEFT OUTER JOIN (
  SELECT
    "t38"."person_id" AS "person_2",
    "t38"."covered_0"
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
    ) AS "t29"
    GROUP BY
      1
  ) AS "t38"
) AS "t42"
  ON "t30"."person_id" = "t42"."person_2"
