-- latest upcr in [screening - 14 days, screening] > 1 g/g
SELECT
  "t16"."person_id",
  CAST(CASE
    WHEN "t16"."anchor_screening" IS NULL
    THEN 3
    WHEN (
      (
        COALESCE("t23"."p0_0", 0) >> 0
      ) & 31
    ) = 0
    THEN 4
    ELSE (
      COALESCE("t23"."p0_0", 0) >> 0
    ) & 31
  END AS TINYINT) AS "leaf_0"
FROM (
  SELECT
    "t11"."person_id",
    "t11"."gender_concept_id",
    "t11"."year_of_birth",
    "t11"."month_of_birth",
    "t11"."day_of_birth",
    "t11"."anchor_screening",
    MAKE_DATE(
      "t11"."year_of_birth",
      COALESCE("t11"."month_of_birth", 1),
      CASE
        WHEN "t11"."month_of_birth" IS NULL
        THEN 1
        ELSE COALESCE("t11"."day_of_birth", 1)
      END
    ) AS "birth_earliest",
    CASE
      WHEN "t11"."month_of_birth" IS NULL
      THEN MAKE_DATE("t11"."year_of_birth", 12, 31)
      WHEN "t11"."day_of_birth" IS NULL
      THEN CAST(CAST(CAST(CAST(MAKE_DATE("t11"."year_of_birth", COALESCE("t11"."month_of_birth", 1), 1) AS TIMESTAMP) + INTERVAL '1' MONTH AS DATE) AS TIMESTAMP) - INTERVAL '1' DAY AS DATE)
      ELSE MAKE_DATE(
        "t11"."year_of_birth",
        COALESCE("t11"."month_of_birth", 1),
        CASE
          WHEN "t11"."month_of_birth" IS NULL
          THEN 1
          ELSE COALESCE("t11"."day_of_birth", 1)
        END
      )
    END AS "birth_latest"
  FROM (
    SELECT
      "t10".*
      EXCLUDE ("person_id_right")
    FROM (
      SELECT
        "t4"."person_id",
        "t4"."gender_concept_id",
        "t4"."year_of_birth",
        "t4"."month_of_birth",
        "t4"."day_of_birth",
        "t9"."person_id" AS "person_id_right",
        "t9"."anchor_screening"
      FROM (
        SELECT
          "t0"."person_id",
          "t0"."gender_concept_id",
          "t0"."year_of_birth",
          "t0"."month_of_birth",
          "t0"."day_of_birth"
        FROM "memory"."main"."person" AS "t0"
      ) AS "t4"
      LEFT OUTER JOIN (
        SELECT
          "t5"."person_id",
          MAX("t5"."anchor_date") FILTER(WHERE
            "t5"."anchor" = 'screening') AS "anchor_screening"
        FROM (
          SELECT
            *
          FROM "memory"."main"."study_anchor" AS "t1"
          WHERE
            "t1"."study" = 'study' AND "t1"."anchor" IN ('screening')
        ) AS "t5"
        GROUP BY
          1
      ) AS "t9"
        ON "t4"."person_id" = "t9"."person_id"
    ) AS "t10"
  ) AS "t11"
) AS "t16"
LEFT OUTER JOIN (
  SELECT
    "t21"."person_id" AS "person_0",
    "t21"."p0_0"
  FROM (
    SELECT
      "t20"."person_id",
      BIT_OR("t20"."p0_0") AS "p0_0"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t18"."person_id",
          "t18"."measurement_id",
          "t18"."measurement_concept_id",
          "t18"."measurement_date",
          "t18"."measurement_datetime",
          "t18"."operator_concept_id",
          "t18"."value_as_number",
          "t18"."value_as_concept_id",
          "t18"."unit_concept_id",
          "t18"."unit_source_value",
          "t18"."range_low",
          "t18"."range_high",
          "t18"."day_0",
          "t18"."day_1",
          "t18"."from_day",
          "t18"."to_day",
          "t18"."kind",
          "t18"."bound",
          "t18"."multiplier",
          "t18"."reason",
          CASE "t18"."kind"
            WHEN 0
            THEN CAST(CASE
              WHEN (
                "t18"."measurement_date" >= "t18"."day_0"
              )
              AND (
                "t18"."measurement_date" <= "t18"."day_1"
              )
              THEN CASE
                WHEN "t18"."reason" > 0
                THEN "t18"."reason"
                WHEN "t18"."bound" = 0
                THEN CASE
                  WHEN CASE "t18"."multiplier"
                    WHEN 707000
                    THEN "t18"."value_as_number" > CAST(1.000000 AS DECIMAL(18, 6))
                    WHEN 707
                    THEN "t18"."value_as_number" > CAST(1000.000000 AS DECIMAL(18, 6))
                    WHEN 6250
                    THEN "t18"."value_as_number" > CAST(113.120000 AS DECIMAL(18, 6))
                    ELSE CAST(NULL AS BOOLEAN)
                  END
                  THEN 1
                  ELSE 2
                END
                WHEN (
                  "t18"."bound" = 1
                )
                AND CASE "t18"."multiplier"
                  WHEN 707000
                  THEN "t18"."value_as_number" <= CAST(1.000000 AS DECIMAL(18, 6))
                  WHEN 707
                  THEN "t18"."value_as_number" <= CAST(1000.000000 AS DECIMAL(18, 6))
                  WHEN 6250
                  THEN "t18"."value_as_number" <= CAST(113.120000 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                THEN 2
                WHEN (
                  "t18"."bound" = 2
                )
                AND CASE "t18"."multiplier"
                  WHEN 707000
                  THEN "t18"."value_as_number" <= CAST(1.000000 AS DECIMAL(18, 6))
                  WHEN 707
                  THEN "t18"."value_as_number" <= CAST(1000.000000 AS DECIMAL(18, 6))
                  WHEN 6250
                  THEN "t18"."value_as_number" <= CAST(113.120000 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                THEN 2
                WHEN (
                  "t18"."bound" = 4
                )
                AND CASE "t18"."multiplier"
                  WHEN 707000
                  THEN "t18"."value_as_number" >= CAST(1.000000 AS DECIMAL(18, 6))
                  WHEN 707
                  THEN "t18"."value_as_number" >= CAST(1000.000000 AS DECIMAL(18, 6))
                  WHEN 6250
                  THEN "t18"."value_as_number" >= CAST(113.120000 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                THEN 1
                WHEN (
                  "t18"."bound" = 3
                )
                AND CASE "t18"."multiplier"
                  WHEN 707000
                  THEN "t18"."value_as_number" > CAST(1.000000 AS DECIMAL(18, 6))
                  WHEN 707
                  THEN "t18"."value_as_number" > CAST(1000.000000 AS DECIMAL(18, 6))
                  WHEN 6250
                  THEN "t18"."value_as_number" > CAST(113.120000 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                THEN 1
                ELSE 11
              END
              ELSE 0
            END AS BIGINT) * 1
            ELSE 0
          END AS "p0_0"
        FROM (
          SELECT
            "t17"."person_id",
            "t17"."measurement_id",
            "t17"."measurement_concept_id",
            "t17"."measurement_date",
            "t17"."measurement_datetime",
            "t17"."operator_concept_id",
            "t17"."value_as_number",
            "t17"."value_as_concept_id",
            "t17"."unit_concept_id",
            "t17"."unit_source_value",
            "t17"."range_low",
            "t17"."range_high",
            "t17"."day_0",
            "t17"."day_1",
            "t17"."from_day",
            "t17"."to_day",
            "t17"."kind",
            "t17"."bound",
            "t17"."multiplier",
            CASE "t17"."kind"
              WHEN 0
              THEN CASE
                WHEN "t17"."value_as_number" IS NULL
                THEN 6
                WHEN "t17"."multiplier" IS NULL
                THEN CASE
                  WHEN (
                    (
                      "t17"."unit_concept_id" IS NULL
                    ) OR (
                      "t17"."unit_concept_id" = 0
                    )
                  )
                  AND (
                    (
                      "t17"."unit_source_value" IS NULL
                    ) OR (
                      "t17"."unit_source_value" = ''
                    )
                  )
                  THEN 7
                  ELSE 8
                END
                WHEN CASE "t17"."multiplier"
                  WHEN 707000
                  THEN "t17"."value_as_number" < CAST(0.000000 AS DECIMAL(18, 6))
                  WHEN 707
                  THEN "t17"."value_as_number" < CAST(0.000000 AS DECIMAL(18, 6))
                  WHEN 6250
                  THEN "t17"."value_as_number" < CAST(0.000000 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                OR CASE "t17"."multiplier"
                  WHEN 707000
                  THEN "t17"."value_as_number" > CAST(60.000000 AS DECIMAL(18, 6))
                  WHEN 707
                  THEN "t17"."value_as_number" > CAST(60000.000000 AS DECIMAL(18, 6))
                  WHEN 6250
                  THEN "t17"."value_as_number" > CAST(6787.200000 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                THEN 9
                ELSE 0
              END
              ELSE 0
            END AS "reason"
          FROM (
            SELECT
              "t14"."person_id",
              "t14"."measurement_id",
              "t14"."measurement_concept_id",
              "t14"."measurement_date",
              "t14"."measurement_datetime",
              "t14"."operator_concept_id",
              "t14"."value_as_number",
              "t14"."value_as_concept_id",
              "t14"."unit_concept_id",
              "t14"."unit_source_value",
              "t14"."range_low",
              "t14"."range_high",
              "t14"."day_0",
              "t14"."day_1",
              "t14"."from_day",
              "t14"."to_day",
              CASE "t14"."measurement_concept_id" WHEN 3001582 THEN 0 ELSE -1 END AS "kind",
              CASE
                WHEN (
                  "t14"."operator_concept_id" IS NULL
                )
                OR (
                  "t14"."operator_concept_id" = 0
                )
                THEN 0
                ELSE CASE "t14"."operator_concept_id"
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
              CASE CASE "t14"."measurement_concept_id" WHEN 3001582 THEN 0 ELSE -1 END
                WHEN 0
                THEN CASE
                  WHEN (
                    "t14"."unit_concept_id" IS NULL
                  ) OR (
                    "t14"."unit_concept_id" = 0
                  )
                  THEN CASE "t14"."unit_source_value"
                    WHEN 'g/g'
                    THEN 707000
                    WHEN 'mg/g'
                    THEN 707
                    WHEN 'mg/mmol'
                    THEN 6250
                    ELSE CAST(NULL AS BIGINT)
                  END
                  ELSE CASE "t14"."unit_concept_id"
                    WHEN 9510
                    THEN 707000
                    WHEN 8723
                    THEN 707
                    WHEN 44777612
                    THEN 6250
                    ELSE CAST(NULL AS BIGINT)
                  END
                END
                ELSE NULL
              END AS "multiplier"
            FROM (
              SELECT
                "t7"."person_id",
                "t7"."measurement_id",
                "t7"."measurement_concept_id",
                "t7"."measurement_date",
                "t7"."measurement_datetime",
                "t7"."operator_concept_id",
                "t7"."value_as_number",
                "t7"."value_as_concept_id",
                "t7"."unit_concept_id",
                "t7"."unit_source_value",
                "t7"."range_low",
                "t7"."range_high",
                "t13"."day_0",
                "t13"."day_1",
                "t13"."from_day",
                "t13"."to_day"
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
                  "t2"."measurement_concept_id" IN (3001582)
              ) AS "t7"
              INNER JOIN (
                SELECT
                  "t11"."person_id",
                  CAST(CAST("t11"."anchor_screening" AS TIMESTAMP) - INTERVAL '14' DAY AS DATE) AS "day_0",
                  "t11"."anchor_screening" AS "day_1",
                  CAST(CAST("t11"."anchor_screening" AS TIMESTAMP) - INTERVAL '14' DAY AS DATE) AS "from_day",
                  "t11"."anchor_screening" AS "to_day"
                FROM (
                  SELECT
                    "t10".*
                    EXCLUDE ("person_id_right")
                  FROM (
                    SELECT
                      "t4"."person_id",
                      "t4"."gender_concept_id",
                      "t4"."year_of_birth",
                      "t4"."month_of_birth",
                      "t4"."day_of_birth",
                      "t9"."person_id" AS "person_id_right",
                      "t9"."anchor_screening"
                    FROM (
                      SELECT
                        "t0"."person_id",
                        "t0"."gender_concept_id",
                        "t0"."year_of_birth",
                        "t0"."month_of_birth",
                        "t0"."day_of_birth"
                      FROM "memory"."main"."person" AS "t0"
                    ) AS "t4"
                    LEFT OUTER JOIN (
                      SELECT
                        "t5"."person_id",
                        MAX("t5"."anchor_date") FILTER(WHERE
                          "t5"."anchor" = 'screening') AS "anchor_screening"
                      FROM (
                        SELECT
                          *
                        FROM "memory"."main"."study_anchor" AS "t1"
                        WHERE
                          "t1"."study" = 'study' AND "t1"."anchor" IN ('screening')
                      ) AS "t5"
                      GROUP BY
                        1
                    ) AS "t9"
                      ON "t4"."person_id" = "t9"."person_id"
                  ) AS "t10"
                ) AS "t11"
              ) AS "t13"
                ON "t7"."person_id" = "t13"."person_id"
            ) AS "t14"
            WHERE
              "t14"."measurement_date" >= "t14"."from_day"
              AND "t14"."measurement_date" <= "t14"."to_day"
              AND "t14"."measurement_concept_id" IN (3001582)
              AND "t14"."measurement_date" >= "t14"."day_0"
              AND "t14"."measurement_date" <= "t14"."day_1"
          ) AS "t17"
        ) AS "t18"
      ) AS "t19"
      QUALIFY
        (
          ROW_NUMBER() OVER (
            PARTITION BY "t19"."person_id", "t19"."kind"
            ORDER BY "t19"."measurement_date" DESC, "t19"."measurement_datetime" DESC, "t19"."measurement_id" DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1
        ) = 0
    ) AS "t20"
    GROUP BY
      1
  ) AS "t21"
) AS "t23"
  ON "t16"."person_id" = "t23"."person_0"
