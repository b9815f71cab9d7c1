-- every platelets in [screening - 14 days, screening] >= 50 10*9/L
SELECT
  "t25"."person_id",
  CASE
    WHEN "t25"."anchor_screening" IS NULL
    THEN 3
    WHEN COALESCE("t33"."g0_not", 0) = 1
    THEN 2
    WHEN "t33"."g0_why" IS NOT NULL
    THEN "t33"."g0_why"
    WHEN COALESCE("t33"."g0_n", 0) = 0
    THEN 4
    WHEN NOT (
      (
        (
          COALESCE("t29"."covered_0", 0) >> 0
        ) & 1
      ) = 1
    )
    THEN 5
    ELSE 1
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
          "t6"."person_id",
          MAX("t6"."anchor_date") FILTER(WHERE
            "t6"."anchor" = 'screening') AS "anchor_screening"
        FROM (
          SELECT
            *
          FROM "memory"."main"."study_anchor" AS "t1"
          WHERE
            "t1"."study" = 'study' AND "t1"."anchor" IN ('screening')
        ) AS "t6"
        GROUP BY
          1
      ) AS "t11"
        ON "t5"."person_id" = "t11"."person_id"
    ) AS "t12"
  ) AS "t14"
) AS "t25"
LEFT OUTER JOIN (
  SELECT
    "t31"."person_id" AS "person_0",
    "t31"."g0_n",
    "t31"."g0_met",
    "t31"."g0_not",
    "t31"."g0_why"
  FROM (
    SELECT
      "t30"."person_id",
      SUM(
        CASE
          WHEN (
            "t30"."kind" = 0
          )
          AND (
            (
              "t30"."measurement_date" >= "t30"."day_0"
            )
            AND (
              "t30"."measurement_date" <= "t30"."day_1"
            )
          )
          THEN 1
          ELSE 0
        END
      ) AS "g0_n",
      MAX(
        CASE
          WHEN (
            "t30"."kind" = 0
          )
          AND (
            (
              "t30"."measurement_date" >= "t30"."day_0"
            )
            AND (
              "t30"."measurement_date" <= "t30"."day_1"
            )
          )
          AND (
            CASE
              WHEN "t30"."reason" > 0
              THEN "t30"."reason"
              WHEN "t30"."bound" = 0
              THEN CASE
                WHEN CASE "t30"."multiplier"
                  WHEN 1000
                  THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
                  WHEN 1
                  THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                THEN 1
                ELSE 2
              END
              WHEN (
                "t30"."bound" = 1
              )
              AND CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" <= CAST(50.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" <= CAST(50000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 2
              WHEN (
                "t30"."bound" = 2
              )
              AND CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" < CAST(50.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" < CAST(50000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 2
              WHEN (
                "t30"."bound" = 4
              )
              AND CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 1
              WHEN (
                "t30"."bound" = 3
              )
              AND CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 1
              ELSE 11
            END = 1
          )
          THEN 1
          ELSE 0
        END
      ) AS "g0_met",
      MAX(
        CASE
          WHEN (
            "t30"."kind" = 0
          )
          AND (
            (
              "t30"."measurement_date" >= "t30"."day_0"
            )
            AND (
              "t30"."measurement_date" <= "t30"."day_1"
            )
          )
          AND (
            CASE
              WHEN "t30"."reason" > 0
              THEN "t30"."reason"
              WHEN "t30"."bound" = 0
              THEN CASE
                WHEN CASE "t30"."multiplier"
                  WHEN 1000
                  THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
                  WHEN 1
                  THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                THEN 1
                ELSE 2
              END
              WHEN (
                "t30"."bound" = 1
              )
              AND CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" <= CAST(50.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" <= CAST(50000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 2
              WHEN (
                "t30"."bound" = 2
              )
              AND CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" < CAST(50.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" < CAST(50000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 2
              WHEN (
                "t30"."bound" = 4
              )
              AND CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 1
              WHEN (
                "t30"."bound" = 3
              )
              AND CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 1
              ELSE 11
            END = 2
          )
          THEN 1
          ELSE 0
        END
      ) AS "g0_not",
      MIN(
        CASE
          WHEN "t30"."reason" > 0
          THEN "t30"."reason"
          WHEN "t30"."bound" = 0
          THEN CASE
            WHEN CASE "t30"."multiplier"
              WHEN 1000
              THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
              WHEN 1
              THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
              ELSE CAST(NULL AS BOOLEAN)
            END
            THEN 1
            ELSE 2
          END
          WHEN (
            "t30"."bound" = 1
          )
          AND CASE "t30"."multiplier"
            WHEN 1000
            THEN "t30"."value_as_number" <= CAST(50.000000 AS DECIMAL(18, 6))
            WHEN 1
            THEN "t30"."value_as_number" <= CAST(50000.000000 AS DECIMAL(18, 6))
            ELSE CAST(NULL AS BOOLEAN)
          END
          THEN 2
          WHEN (
            "t30"."bound" = 2
          )
          AND CASE "t30"."multiplier"
            WHEN 1000
            THEN "t30"."value_as_number" < CAST(50.000000 AS DECIMAL(18, 6))
            WHEN 1
            THEN "t30"."value_as_number" < CAST(50000.000000 AS DECIMAL(18, 6))
            ELSE CAST(NULL AS BOOLEAN)
          END
          THEN 2
          WHEN (
            "t30"."bound" = 4
          )
          AND CASE "t30"."multiplier"
            WHEN 1000
            THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
            WHEN 1
            THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
            ELSE CAST(NULL AS BOOLEAN)
          END
          THEN 1
          WHEN (
            "t30"."bound" = 3
          )
          AND CASE "t30"."multiplier"
            WHEN 1000
            THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
            WHEN 1
            THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
            ELSE CAST(NULL AS BOOLEAN)
          END
          THEN 1
          ELSE 11
        END
      ) FILTER(WHERE
        (
          "t30"."kind" = 0
        )
        AND (
          (
            "t30"."measurement_date" >= "t30"."day_0"
          )
          AND (
            "t30"."measurement_date" <= "t30"."day_1"
          )
        )
        AND (
          CASE
            WHEN "t30"."reason" > 0
            THEN "t30"."reason"
            WHEN "t30"."bound" = 0
            THEN CASE
              WHEN CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 1
              ELSE 2
            END
            WHEN (
              "t30"."bound" = 1
            )
            AND CASE "t30"."multiplier"
              WHEN 1000
              THEN "t30"."value_as_number" <= CAST(50.000000 AS DECIMAL(18, 6))
              WHEN 1
              THEN "t30"."value_as_number" <= CAST(50000.000000 AS DECIMAL(18, 6))
              ELSE CAST(NULL AS BOOLEAN)
            END
            THEN 2
            WHEN (
              "t30"."bound" = 2
            )
            AND CASE "t30"."multiplier"
              WHEN 1000
              THEN "t30"."value_as_number" < CAST(50.000000 AS DECIMAL(18, 6))
              WHEN 1
              THEN "t30"."value_as_number" < CAST(50000.000000 AS DECIMAL(18, 6))
              ELSE CAST(NULL AS BOOLEAN)
            END
            THEN 2
            WHEN (
              "t30"."bound" = 4
            )
            AND CASE "t30"."multiplier"
              WHEN 1000
              THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
              WHEN 1
              THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
              ELSE CAST(NULL AS BOOLEAN)
            END
            THEN 1
            WHEN (
              "t30"."bound" = 3
            )
            AND CASE "t30"."multiplier"
              WHEN 1000
              THEN "t30"."value_as_number" >= CAST(50.000000 AS DECIMAL(18, 6))
              WHEN 1
              THEN "t30"."value_as_number" >= CAST(50000.000000 AS DECIMAL(18, 6))
              ELSE CAST(NULL AS BOOLEAN)
            END
            THEN 1
            ELSE 11
          END > 2
        )) AS "g0_why"
    FROM (
      SELECT
        "t26"."person_id",
        "t26"."measurement_id",
        "t26"."measurement_concept_id",
        "t26"."measurement_date",
        "t26"."measurement_datetime",
        "t26"."operator_concept_id",
        "t26"."value_as_number",
        "t26"."value_as_concept_id",
        "t26"."unit_concept_id",
        "t26"."unit_source_value",
        "t26"."range_low",
        "t26"."range_high",
        "t26"."day_0",
        "t26"."day_1",
        "t26"."kind",
        "t26"."bound",
        "t26"."multiplier",
        CASE "t26"."kind"
          WHEN 0
          THEN CASE
            WHEN "t26"."value_as_number" IS NULL
            THEN 6
            WHEN "t26"."multiplier" IS NULL
            THEN CASE
              WHEN (
                (
                  "t26"."unit_concept_id" IS NULL
                ) OR (
                  "t26"."unit_concept_id" = 0
                )
              )
              AND (
                (
                  "t26"."unit_source_value" IS NULL
                ) OR (
                  "t26"."unit_source_value" = ''
                )
              )
              THEN 7
              ELSE 8
            END
            WHEN CASE "t26"."multiplier"
              WHEN 1000
              THEN "t26"."value_as_number" < CAST(0.000000 AS DECIMAL(18, 6))
              WHEN 1
              THEN "t26"."value_as_number" < CAST(0.000000 AS DECIMAL(18, 6))
              ELSE CAST(NULL AS BOOLEAN)
            END
            OR CASE "t26"."multiplier"
              WHEN 1000
              THEN "t26"."value_as_number" > CAST(6000.000000 AS DECIMAL(18, 6))
              WHEN 1
              THEN "t26"."value_as_number" > CAST(6000000.000000 AS DECIMAL(18, 6))
              ELSE CAST(NULL AS BOOLEAN)
            END
            THEN 9
            ELSE 0
          END
          ELSE 0
        END AS "reason"
      FROM (
        SELECT
          "t22"."person_id",
          "t22"."measurement_id",
          "t22"."measurement_concept_id",
          "t22"."measurement_date",
          "t22"."measurement_datetime",
          "t22"."operator_concept_id",
          "t22"."value_as_number",
          "t22"."value_as_concept_id",
          "t22"."unit_concept_id",
          "t22"."unit_source_value",
          "t22"."range_low",
          "t22"."range_high",
          "t22"."day_0",
          "t22"."day_1",
          CASE "t22"."measurement_concept_id" WHEN 3007461 THEN 0 ELSE -1 END AS "kind",
          CASE
            WHEN (
              "t22"."operator_concept_id" IS NULL
            )
            OR (
              "t22"."operator_concept_id" = 0
            )
            THEN 0
            ELSE CASE "t22"."operator_concept_id"
              WHEN 4171756
              THEN 1
              WHEN 4171754
              THEN 2
              WHEN 4172703
              THEN 0
              WHEN 4171755
              THEN 3
              WHEN 4172704
              THEN 4
              ELSE 9
            END
          END AS "bound",
          CASE CASE "t22"."measurement_concept_id" WHEN 3007461 THEN 0 ELSE -1 END
            WHEN 0
            THEN CASE
              WHEN (
                "t22"."unit_concept_id" IS NULL
              ) OR (
                "t22"."unit_concept_id" = 0
              )
              THEN CASE "t22"."unit_source_value"
                WHEN '10*9/L'
                THEN 1000
                WHEN '10^9/L'
                THEN 1000
                WHEN 'x10^9/L'
                THEN 1000
                WHEN '10^9/l'
                THEN 1000
                WHEN 'x 10^9/L'
                THEN 1000
                WHEN '×10^9/L'
                THEN 1000
                WHEN '× 10^9/L'
                THEN 1000
                WHEN '10⁹/L'
                THEN 1000
                WHEN '×10⁹/L'
                THEN 1000
                WHEN '× 10⁹/L'
                THEN 1000
                WHEN '10*3/uL'
                THEN 1000
                WHEN 'K/uL'
                THEN 1000
                WHEN '10*3/mm3'
                THEN 1000
                WHEN '10^3/uL'
                THEN 1000
                WHEN 'x10^3/uL'
                THEN 1000
                WHEN '10^3/µL'
                THEN 1000
                WHEN '10³/µL'
                THEN 1000
                WHEN '×10³/µL'
                THEN 1000
                WHEN 'K/µL'
                THEN 1000
                WHEN '/uL'
                THEN 1
                WHEN '/mm3'
                THEN 1
                WHEN '/µL'
                THEN 1
                WHEN '/μL'
                THEN 1
                WHEN '/mm^3'
                THEN 1
                WHEN '/mm³'
                THEN 1
                WHEN 'cells/uL'
                THEN 1
                WHEN 'cells/µL'
                THEN 1
                ELSE CAST(NULL AS BIGINT)
              END
              ELSE CASE "t22"."unit_concept_id"
                WHEN 9444
                THEN 1000
                WHEN 8848
                THEN 1000
                WHEN 8961
                THEN 1000
                WHEN 8647
                THEN 1
                ELSE CAST(NULL AS BIGINT)
              END
            END
            ELSE NULL
          END AS "multiplier"
        FROM (
          SELECT
            "t8"."person_id",
            "t8"."measurement_id",
            "t8"."measurement_concept_id",
            "t8"."measurement_date",
            "t8"."measurement_datetime",
            "t8"."operator_concept_id",
            "t8"."value_as_number",
            "t8"."value_as_concept_id",
            "t8"."unit_concept_id",
            "t8"."unit_source_value",
            "t8"."range_low",
            "t8"."range_high",
            "t19"."day_0",
            "t19"."day_1"
          FROM (
            SELECT
              "t2"."person_id",
              "t2"."measurement_id",
              "t2"."measurement_concept_id",
              "t2"."measurement_date",
              "t2"."measurement_datetime",
              "t2"."operator_concept_id",
              "t2"."value_as_number",
              "t2"."value_as_concept_id",
              "t2"."unit_concept_id",
              "t2"."unit_source_value",
              "t2"."range_low",
              "t2"."range_high"
            FROM "memory"."main"."measurement" AS "t2"
            WHERE
              "t2"."measurement_concept_id" IN (3007461)
          ) AS "t8"
          INNER JOIN (
            SELECT
              "t14"."person_id",
              CAST(CAST("t14"."anchor_screening" AS TIMESTAMP) - INTERVAL '14' DAY AS DATE) AS "day_0",
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
                    "t6"."person_id",
                    MAX("t6"."anchor_date") FILTER(WHERE
                      "t6"."anchor" = 'screening') AS "anchor_screening"
                  FROM (
                    SELECT
                      *
                    FROM "memory"."main"."study_anchor" AS "t1"
                    WHERE
                      "t1"."study" = 'study' AND "t1"."anchor" IN ('screening')
                  ) AS "t6"
                  GROUP BY
                    1
                ) AS "t11"
                  ON "t5"."person_id" = "t11"."person_id"
              ) AS "t12"
            ) AS "t14"
          ) AS "t19"
            ON "t8"."person_id" = "t19"."person_id"
        ) AS "t22"
        WHERE
          "t22"."measurement_date" >= "t22"."day_0"
          AND "t22"."measurement_date" <= "t22"."day_1"
      ) AS "t26"
    ) AS "t30"
    GROUP BY
      1
  ) AS "t31"
) AS "t33"
  ON "t25"."person_id" = "t33"."person_0"
LEFT OUTER JOIN (
  SELECT
    "t27"."person_id" AS "person_1",
    "t27"."covered_0"
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
        "t18"."birth_earliest",
        "t18"."day_0",
        "t18"."day_1"
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
          CAST(CAST("t14"."anchor_screening" AS TIMESTAMP) - INTERVAL '14' DAY AS DATE) AS "day_0",
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
                "t6"."person_id",
                MAX("t6"."anchor_date") FILTER(WHERE
                  "t6"."anchor" = 'screening') AS "anchor_screening"
              FROM (
                SELECT
                  *
                FROM "memory"."main"."study_anchor" AS "t1"
                WHERE
                  "t1"."study" = 'study' AND "t1"."anchor" IN ('screening')
              ) AS "t6"
              GROUP BY
                1
            ) AS "t11"
              ON "t5"."person_id" = "t11"."person_id"
          ) AS "t12"
        ) AS "t14"
      ) AS "t18"
        ON "t21"."person_id" = "t18"."person_id"
    ) AS "t24"
    GROUP BY
      1
  ) AS "t27"
) AS "t29"
  ON "t25"."person_id" = "t29"."person_1"
