-- earliest sledai_2k in (consent, screening) >= 6
SELECT
  "t16"."person_id",
  CAST(CASE
    WHEN (
      "t16"."anchor_consent" IS NULL
    ) OR (
      "t16"."anchor_screening" IS NULL
    )
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
    "t11"."anchor_consent",
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
        "t9"."anchor_consent",
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
            "t5"."anchor" = 'consent') AS "anchor_consent",
          MAX("t5"."anchor_date") FILTER(WHERE
            "t5"."anchor" = 'screening') AS "anchor_screening"
        FROM (
          SELECT
            *
          FROM "memory"."main"."study_anchor" AS "t1"
          WHERE
            "t1"."study" = 'study' AND "t1"."anchor" IN ('consent', 'screening')
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
                  WHEN "t18"."value_as_number" >= CAST(6.000000 AS DECIMAL(18, 6))
                  THEN 1
                  ELSE 2
                END
                WHEN (
                  "t18"."bound" = 1
                )
                AND (
                  "t18"."value_as_number" <= CAST(6.000000 AS DECIMAL(18, 6))
                )
                THEN 2
                WHEN (
                  "t18"."bound" = 2
                )
                AND (
                  "t18"."value_as_number" < CAST(6.000000 AS DECIMAL(18, 6))
                )
                THEN 2
                WHEN (
                  "t18"."bound" = 4
                )
                AND (
                  "t18"."value_as_number" >= CAST(6.000000 AS DECIMAL(18, 6))
                )
                THEN 1
                WHEN (
                  "t18"."bound" = 3
                )
                AND (
                  "t18"."value_as_number" >= CAST(6.000000 AS DECIMAL(18, 6))
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
            CASE "t17"."measurement_concept_id" WHEN 2100000202 THEN 0 ELSE -1 END AS "kind",
            CASE
              WHEN (
                "t17"."operator_concept_id" IS NULL
              )
              OR (
                "t17"."operator_concept_id" = 0
              )
              THEN 0
              ELSE CASE "t17"."operator_concept_id"
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
            CAST(NULL AS BIGINT) AS "multiplier",
            CASE CASE "t17"."measurement_concept_id" WHEN 2100000202 THEN 0 ELSE -1 END
              WHEN 0
              THEN CASE
                WHEN "t17"."value_as_number" IS NULL
                THEN 6
                WHEN (
                  "t17"."value_as_number" < CAST(0.000000 AS DECIMAL(18, 6))
                )
                OR (
                  "t17"."value_as_number" > CAST(105.000000 AS DECIMAL(18, 6))
                )
                THEN 9
                ELSE 0
              END
              ELSE 0
            END AS "reason"
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
              "t14"."day_0",
              "t14"."day_1",
              "t14"."from_day",
              "t14"."to_day"
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
                "t2"."measurement_concept_id" IN (2100000202)
            ) AS "t7"
            INNER JOIN (
              SELECT
                "t12"."person_id",
                "t12"."day_0",
                "t12"."day_1",
                "t12"."day_0" AS "from_day",
                "t12"."day_1" AS "to_day"
              FROM (
                SELECT
                  "t11"."person_id",
                  CAST(CAST("t11"."anchor_consent" AS TIMESTAMP) + INTERVAL '1' DAY AS DATE) AS "day_0",
                  CAST(CAST("t11"."anchor_screening" AS TIMESTAMP) - INTERVAL '1' DAY AS DATE) AS "day_1"
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
                      "t9"."anchor_consent",
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
                          "t5"."anchor" = 'consent') AS "anchor_consent",
                        MAX("t5"."anchor_date") FILTER(WHERE
                          "t5"."anchor" = 'screening') AS "anchor_screening"
                      FROM (
                        SELECT
                          *
                        FROM "memory"."main"."study_anchor" AS "t1"
                        WHERE
                          "t1"."study" = 'study' AND "t1"."anchor" IN ('consent', 'screening')
                      ) AS "t5"
                      GROUP BY
                        1
                    ) AS "t9"
                      ON "t4"."person_id" = "t9"."person_id"
                  ) AS "t10"
                ) AS "t11"
              ) AS "t12"
            ) AS "t14"
              ON "t7"."person_id" = "t14"."person_id"
          ) AS "t17"
          WHERE
            "t17"."measurement_date" >= "t17"."from_day"
            AND "t17"."measurement_date" <= "t17"."to_day"
            AND "t17"."measurement_concept_id" IN (2100000202)
            AND "t17"."measurement_date" >= "t17"."day_0"
            AND "t17"."measurement_date" <= "t17"."day_1"
        ) AS "t18"
      ) AS "t19"
      QUALIFY
        (
          ROW_NUMBER() OVER (
            PARTITION BY "t19"."person_id", "t19"."kind"
            ORDER BY "t19"."measurement_date" ASC, "t19"."measurement_datetime" ASC NULLS FIRST, "t19"."measurement_id" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1
        ) = 0
    ) AS "t20"
    GROUP BY
      1
  ) AS "t21"
) AS "t23"
  ON "t16"."person_id" = "t23"."person_0"
