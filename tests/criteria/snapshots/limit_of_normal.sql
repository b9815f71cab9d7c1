-- latest alt in [screening - 14 days, screening] > 1.5 * uln
SELECT
  "t16"."person_id",
  CAST(CASE
    WHEN "t16"."anchor_screening" IS NULL
    THEN 3
    WHEN (
      (
        COALESCE("t22"."p0_0", 0) >> 0
      ) & 31
    ) = 0
    THEN 4
    ELSE (
      COALESCE("t22"."p0_0", 0) >> 0
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
    "t20"."person_id" AS "person_0",
    "t20"."p0_0"
  FROM (
    SELECT
      "t19"."person_id",
      BIT_OR("t19"."p0_0") AS "p0_0"
    FROM (
      SELECT
        *
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
              WHEN (
                "t17"."value_as_number" < CAST(0.000000 AS DECIMAL(18, 6))
              )
              OR (
                "t17"."value_as_number" > CAST(40000.000000 AS DECIMAL(18, 6))
              )
              THEN 9
              ELSE 0
            END
            ELSE 0
          END AS "reason",
          CASE "t17"."kind"
            WHEN 0
            THEN CAST(CASE
              WHEN (
                "t17"."measurement_date" >= "t17"."day_0"
              )
              AND (
                "t17"."measurement_date" <= "t17"."day_1"
              )
              THEN CASE
                WHEN "t17"."value_as_number" IS NULL
                THEN 6
                WHEN (
                  "t17"."range_high" IS NULL
                ) OR (
                  "t17"."range_high" <= 0
                )
                THEN 10
                WHEN "t17"."bound" = 0
                THEN CASE
                  WHEN (
                    CAST("t17"."value_as_number" AS DECIMAL(38, 6)) * 2
                  ) > (
                    CAST("t17"."range_high" AS DECIMAL(38, 6)) * 3
                  )
                  THEN 1
                  ELSE 2
                END
                WHEN (
                  "t17"."bound" = 1
                )
                AND (
                  (
                    CAST("t17"."value_as_number" AS DECIMAL(38, 6)) * 2
                  ) <= (
                    CAST("t17"."range_high" AS DECIMAL(38, 6)) * 3
                  )
                )
                THEN 2
                WHEN (
                  "t17"."bound" = 2
                )
                AND (
                  (
                    CAST("t17"."value_as_number" AS DECIMAL(38, 6)) * 2
                  ) <= (
                    CAST("t17"."range_high" AS DECIMAL(38, 6)) * 3
                  )
                )
                THEN 2
                WHEN (
                  "t17"."bound" = 4
                )
                AND (
                  (
                    CAST("t17"."value_as_number" AS DECIMAL(38, 6)) * 2
                  ) >= (
                    CAST("t17"."range_high" AS DECIMAL(38, 6)) * 3
                  )
                )
                THEN 1
                WHEN (
                  "t17"."bound" = 3
                )
                AND (
                  (
                    CAST("t17"."value_as_number" AS DECIMAL(38, 6)) * 2
                  ) > (
                    CAST("t17"."range_high" AS DECIMAL(38, 6)) * 3
                  )
                )
                THEN 1
                ELSE 11
              END
              ELSE 0
            END AS BIGINT) * 1
            ELSE 0
          END AS "p0_0"
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
            CASE "t14"."measurement_concept_id" WHEN 3006923 THEN 0 ELSE -1 END AS "kind",
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
            CASE CASE "t14"."measurement_concept_id" WHEN 3006923 THEN 0 ELSE -1 END
              WHEN 0
              THEN CASE
                WHEN (
                  "t14"."unit_concept_id" IS NULL
                ) OR (
                  "t14"."unit_concept_id" = 0
                )
                THEN CASE "t14"."unit_source_value"
                  WHEN 'U/L'
                  THEN 1
                  WHEN '[U]/L'
                  THEN 1
                  ELSE CAST(NULL AS BIGINT)
                END
                ELSE CASE "t14"."unit_concept_id" WHEN 8645 THEN 1 ELSE CAST(NULL AS BIGINT) END
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
                "t2"."measurement_concept_id" IN (3006923)
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
            AND "t14"."measurement_concept_id" IN (3006923)
            AND "t14"."measurement_date" >= "t14"."day_0"
            AND "t14"."measurement_date" <= "t14"."day_1"
        ) AS "t17"
      ) AS "t18"
      QUALIFY
        (
          ROW_NUMBER() OVER (
            PARTITION BY "t18"."person_id", "t18"."kind"
            ORDER BY "t18"."measurement_date" DESC, "t18"."measurement_datetime" DESC, "t18"."measurement_id" DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1
        ) = 0
    ) AS "t19"
    GROUP BY
      1
  ) AS "t20"
) AS "t22"
  ON "t16"."person_id" = "t22"."person_0"
