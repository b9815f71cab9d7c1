-- any urine_protein_24h in [screening - 28 days, screening] > 1 g/d confirmed within [1 day, 14 days]
SELECT
  "t25"."person_id",
  CASE
    WHEN "t25"."anchor_screening" IS NULL
    THEN 3
    WHEN "t36"."c0_pair" = 1
    THEN 1
    WHEN "t36"."c0_why" IS NOT NULL
    THEN "t36"."c0_why"
    WHEN "t36"."c0_pair" IS NULL
    THEN 4
    WHEN "t36"."c0_lonely" = 1
    THEN 12
    WHEN NOT (
      (
        (
          COALESCE("t29"."covered_0", 0) >> 0
        ) & 1
      ) = 1
    )
    THEN 5
    ELSE 2
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
    "t34"."person_id" AS "person_0",
    "t34"."c0_pair",
    "t34"."c0_lonely",
    "t34"."c0_why"
  FROM (
    SELECT
      "t33"."person_id",
      MAX(
        CASE WHEN (
          "t33"."passes" = 1
        ) AND (
          "t33"."earlier" > 0
        ) THEN 1 ELSE 0 END
      ) AS "c0_pair",
      MAX(
        CASE WHEN (
          "t33"."passes" = 1
        ) AND (
          "t33"."others" = 0
        ) THEN 1 ELSE 0 END
      ) AS "c0_lonely",
      MIN("t33"."code") FILTER(WHERE
        "t33"."code" > 2) AS "c0_why"
    FROM (
      SELECT
        "t32"."person_id",
        "t32"."day",
        "t32"."code",
        "t32"."passes",
        "t32"."one",
        COALESCE(
          SUM("t32"."passes") OVER (
            PARTITION BY "t32"."person_id"
            ORDER BY "t32"."day" ASC
            RANGE BETWEEN 14 preceding AND 1 preceding
          ),
          0
        ) - (
          "t32"."passes" * 0
        ) AS "earlier",
        (
          COALESCE(
            SUM("t32"."one") OVER (
              PARTITION BY "t32"."person_id"
              ORDER BY "t32"."day" ASC
              RANGE BETWEEN 14 preceding AND 1 preceding
            ),
            0
          ) + COALESCE(
            SUM("t32"."one") OVER (
              PARTITION BY "t32"."person_id"
              ORDER BY "t32"."day" ASC
              RANGE BETWEEN 1 following AND 14 following
            ),
            0
          )
        ) - 0 AS "others"
      FROM (
        SELECT
          "t31"."person_id",
          "t31"."day",
          "t31"."code",
          CASE WHEN "t31"."code" = 1 THEN 1 ELSE 0 END AS "passes",
          1 AS "one"
        FROM (
          SELECT
            "t30"."person_id",
            CAST(DATE_DIFF('DAY', MAKE_DATE(1, 1, 1), "t30"."measurement_date") AS INT) AS "day",
            CASE
              WHEN "t30"."reason" > 0
              THEN "t30"."reason"
              WHEN "t30"."bound" = 0
              THEN CASE
                WHEN CASE "t30"."multiplier"
                  WHEN 1000
                  THEN "t30"."value_as_number" > CAST(1.000000 AS DECIMAL(18, 6))
                  WHEN 1
                  THEN "t30"."value_as_number" > CAST(1000.000000 AS DECIMAL(18, 6))
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
                THEN "t30"."value_as_number" <= CAST(1.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" <= CAST(1000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 2
              WHEN (
                "t30"."bound" = 2
              )
              AND CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" <= CAST(1.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" <= CAST(1000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 2
              WHEN (
                "t30"."bound" = 4
              )
              AND CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" >= CAST(1.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" >= CAST(1000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 1
              WHEN (
                "t30"."bound" = 3
              )
              AND CASE "t30"."multiplier"
                WHEN 1000
                THEN "t30"."value_as_number" > CAST(1.000000 AS DECIMAL(18, 6))
                WHEN 1
                THEN "t30"."value_as_number" > CAST(1000.000000 AS DECIMAL(18, 6))
                ELSE CAST(NULL AS BOOLEAN)
              END
              THEN 1
              ELSE 11
            END AS "code"
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
                    THEN "t26"."value_as_number" > CAST(100.000000 AS DECIMAL(18, 6))
                    WHEN 1
                    THEN "t26"."value_as_number" > CAST(100000.000000 AS DECIMAL(18, 6))
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
                CASE "t22"."measurement_concept_id" WHEN 3020876 THEN 0 ELSE -1 END AS "kind",
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
                CASE CASE "t22"."measurement_concept_id" WHEN 3020876 THEN 0 ELSE -1 END
                  WHEN 0
                  THEN CASE
                    WHEN (
                      "t22"."unit_concept_id" IS NULL
                    ) OR (
                      "t22"."unit_concept_id" = 0
                    )
                    THEN CASE "t22"."unit_source_value"
                      WHEN 'g/d'
                      THEN 1000
                      WHEN 'g/(24.h)'
                      THEN 1000
                      WHEN 'g/24h'
                      THEN 1000
                      WHEN 'g/24 h'
                      THEN 1000
                      WHEN 'g/day'
                      THEN 1000
                      WHEN 'g'
                      THEN 1000
                      WHEN 'mg/d'
                      THEN 1
                      WHEN 'mg/(24.h)'
                      THEN 1
                      WHEN 'mg/24h'
                      THEN 1
                      WHEN 'mg/24 h'
                      THEN 1
                      WHEN 'mg/day'
                      THEN 1
                      WHEN 'mg'
                      THEN 1
                      ELSE CAST(NULL AS BIGINT)
                    END
                    ELSE CASE "t22"."unit_concept_id"
                      WHEN 8807
                      THEN 1000
                      WHEN 8504
                      THEN 1000
                      WHEN 8909
                      THEN 1
                      WHEN 8700
                      THEN 1
                      WHEN 8576
                      THEN 1
                      ELSE CAST(NULL AS BIGINT)
                    END
                  END
                  ELSE NULL
                END AS "multiplier"
              FROM (
                SELECT
                  "t9"."person_id",
                  "t9"."measurement_id",
                  "t9"."measurement_concept_id",
                  "t9"."measurement_date",
                  "t9"."measurement_datetime",
                  "t9"."operator_concept_id",
                  "t9"."value_as_number",
                  "t9"."value_as_concept_id",
                  "t9"."unit_concept_id",
                  "t9"."unit_source_value",
                  "t9"."range_low",
                  "t9"."range_high",
                  "t19"."day_0",
                  "t19"."day_1"
                FROM (
                  SELECT
                    "t3"."person_id",
                    "t3"."measurement_id",
                    "t3"."measurement_concept_id",
                    "t3"."measurement_date",
                    "t3"."measurement_datetime",
                    "t3"."operator_concept_id",
                    "t3"."value_as_number",
                    "t3"."value_as_concept_id",
                    "t3"."unit_concept_id",
                    "t3"."unit_source_value",
                    "t3"."range_low",
                    "t3"."range_high"
                  FROM "memory"."main"."measurement" AS "t3"
                  WHERE
                    "t3"."measurement_concept_id" IN (3020876)
                ) AS "t9"
                INNER JOIN (
                  SELECT
                    "t14"."person_id",
                    CAST(CAST("t14"."anchor_screening" AS TIMESTAMP) - INTERVAL '28' DAY AS DATE) AS "day_0",
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
                  ON "t9"."person_id" = "t19"."person_id"
              ) AS "t22"
              WHERE
                "t22"."measurement_date" >= "t22"."day_0"
                AND "t22"."measurement_date" <= "t22"."day_1"
            ) AS "t26"
            WHERE
              "t26"."measurement_date" >= "t26"."day_0"
              AND "t26"."measurement_date" <= "t26"."day_1"
          ) AS "t30"
        ) AS "t31"
      ) AS "t32"
    ) AS "t33"
    GROUP BY
      1
  ) AS "t34"
) AS "t36"
  ON "t25"."person_id" = "t36"."person_0"
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
              "t8"."person_id",
              "t8"."observation_period_id",
              "t8"."start",
              "t8"."end",
              "t8"."reached",
              CASE
                WHEN (
                  "t8"."reached" IS NULL
                )
                OR (
                  "t8"."start" > CAST(CAST("t8"."reached" AS TIMESTAMP) + INTERVAL '1' DAY AS DATE)
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
            ) AS "t8"
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
          CAST(CAST("t14"."anchor_screening" AS TIMESTAMP) - INTERVAL '28' DAY AS DATE) AS "day_0",
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
