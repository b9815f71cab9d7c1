-- dose of prednisolone > 10 mg/d on at least 3 consecutive days in [screening - 28 days, screening]
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
), "t38" AS (
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
)
SELECT
  "t30"."person_id",
  CAST(CASE
    WHEN "t30"."anchor_screening" IS NULL
    THEN 3
    WHEN COALESCE("t64"."n0_days", 0) >= 3
    THEN 1
    WHEN CASE
      WHEN LEAST("t52"."n0_why", "t61"."n0_missing") IS NOT NULL
      THEN LEAST("t52"."n0_why", "t61"."n0_missing")
      WHEN (
        (
          COALESCE("t45"."covered_0", 0) >> 0
        ) & 1
      ) = 1
      THEN 0
      ELSE 5
    END = 0
    THEN 2
    ELSE CASE
      WHEN LEAST("t52"."n0_why", "t61"."n0_missing") IS NOT NULL
      THEN LEAST("t52"."n0_why", "t61"."n0_missing")
      WHEN (
        (
          COALESCE("t45"."covered_0", 0) >> 0
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
    "t62"."person_id" AS "person_0",
    "t62"."n0_days"
  FROM (
    SELECT
      "t59"."at_person" AS "person_id",
      MAX("t59"."length") AS "n0_days"
    FROM (
      SELECT
        "t57"."at_person",
        "t57"."run",
        SUM("t57"."length") AS "length"
      FROM (
        SELECT
          "t55"."at_person",
          "t55"."day",
          "t55"."length",
          SUM(CASE WHEN "t55"."length" = 0 THEN 1 ELSE 0 END) OVER (
            PARTITION BY "t55"."at_person"
            ORDER BY "t55"."day" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
          ) AS "run"
        FROM (
          SELECT
            "t53"."at_person",
            "t53"."day",
            CASE
              WHEN COALESCE("t53"."total", 0) > 70
              THEN DATE_DIFF('DAY', "t53"."day", "t53"."until")
              ELSE 0
            END AS "length"
          FROM (
            SELECT
              "t48"."at_person",
              "t48"."day",
              "t48"."until",
              SUM("t48"."amount") AS "total"
            FROM (
              SELECT
                "t44"."at_person",
                "t44"."day",
                "t44"."until",
                "t42"."person_id",
                "t42"."era",
                "t42"."ingredient",
                "t42"."begins",
                "t42"."ends",
                "t42"."first",
                "t42"."last",
                "t42"."no_dose",
                "t42"."amount",
                "t42"."why"
              FROM (
                SELECT
                  "t37"."at_person",
                  "t37"."day",
                  LEAD("t37"."day") OVER (
                    PARTITION BY "t37"."at_person"
                    ORDER BY "t37"."day" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) AS "until"
                FROM (
                  SELECT
                    *
                  FROM (
                    SELECT
                      "t28"."person_id" AS "at_person",
                      GREATEST("t28"."dose_era_start_date", "t28"."day_0") AS "day"
                    FROM "t25" AS "t28"
                    WHERE
                      "t28"."dose_era_start_date" <= "t28"."day_1"
                      AND "t28"."dose_era_end_date" >= "t28"."day_0"
                      AND "t28"."day_0" <= "t28"."day_1"
                  ) AS "t32"
                  UNION
                  SELECT
                    *
                  FROM (
                    SELECT
                      "t28"."person_id" AS "at_person",
                      CAST(CAST(LEAST("t28"."dose_era_end_date", "t28"."day_1") AS TIMESTAMP) + INTERVAL '1' DAY AS DATE) AS "day"
                    FROM "t25" AS "t28"
                    WHERE
                      "t28"."dose_era_start_date" <= "t28"."day_1"
                      AND "t28"."dose_era_end_date" >= "t28"."day_0"
                      AND "t28"."day_0" <= "t28"."day_1"
                  ) AS "t36"
                ) AS "t37"
              ) AS "t44"
              LEFT OUTER JOIN "t38" AS "t42"
                ON "t44"."at_person" = "t42"."person_id"
                AND "t42"."begins" <= "t44"."day"
                AND "t42"."ends" >= "t44"."day"
            ) AS "t48"
            GROUP BY
              1,
              2,
              3
          ) AS "t53"
          WHERE
            "t53"."until" IS NOT NULL
        ) AS "t55"
      ) AS "t57"
      GROUP BY
        1,
        2
    ) AS "t59"
    GROUP BY
      1
  ) AS "t62"
) AS "t64"
  ON "t30"."person_id" = "t64"."person_0"
LEFT OUTER JOIN (
  SELECT
    "t47"."person_id" AS "person_1",
    "t47"."n0_why"
  FROM (
    SELECT
      "t40"."person_id",
      MIN("t40"."why") FILTER(WHERE
        "t40"."why" > 0) AS "n0_why"
    FROM "t38" AS "t40"
    GROUP BY
      1
  ) AS "t47"
) AS "t52"
  ON "t30"."person_id" = "t52"."person_1"
LEFT OUTER JOIN (
  SELECT
    "t58"."person_id" AS "person_2",
    "t58"."n0_missing"
  FROM (
    SELECT
      "t56"."person_id",
      (
        MAX("t56"."drug") * 0
      ) + 14 AS "n0_missing"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t33"."person_id",
          "t33"."exposure",
          "t33"."drug",
          "t33"."from_day",
          "t33"."to_day",
          "t51"."told",
          "t51"."gaps",
          "t51"."until"
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
        ) AS "t33"
        LEFT OUTER JOIN (
          SELECT
            "t46"."exposure" AS "told",
            MAX("t46"."gap") AS "gaps",
            MAX("t46"."ends") AS "until"
          FROM (
            SELECT
              "t33"."exposure",
              "t35"."ends",
              CASE
                WHEN CASE
                  WHEN MAX("t35"."ends") OVER (
                    PARTITION BY "t33"."exposure"
                    ORDER BY "t35"."begins" ASC, "t35"."ends" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 preceding
                  ) IS NULL
                  THEN "t35"."begins" > "t33"."from_day"
                  ELSE "t35"."begins" > (
                    MAX("t35"."ends") OVER (
                      PARTITION BY "t33"."exposure"
                      ORDER BY "t35"."begins" ASC, "t35"."ends" ASC
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
            ) AS "t33"
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
            ) AS "t35"
              ON "t33"."person_id" = "t35"."era_person"
              AND "t33"."drug" = "t35"."era_drug"
              AND "t35"."begins" <= "t33"."to_day"
              AND "t35"."ends" >= "t33"."from_day"
          ) AS "t46"
          GROUP BY
            1
        ) AS "t51"
          ON "t33"."exposure" = "t51"."told"
      ) AS "t54"
      WHERE
        (
          "t54"."until" IS NULL
        )
        OR (
          "t54"."until" < "t54"."to_day"
        )
        OR (
          "t54"."gaps" = 1
        )
    ) AS "t56"
    GROUP BY
      1
  ) AS "t58"
) AS "t61"
  ON "t30"."person_id" = "t61"."person_2"
LEFT OUTER JOIN (
  SELECT
    "t39"."person_id" AS "person_3",
    "t39"."covered_0"
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
  ) AS "t39"
) AS "t45"
  ON "t30"."person_id" = "t45"."person_3"
