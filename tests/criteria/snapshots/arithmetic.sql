-- latest creatinine at baseline / latest creatinine at screening <= 125 %
SELECT
  "t19"."person_id",
  CAST(CASE
    WHEN LEAST(
      CASE
        WHEN "t19"."anchor_baseline" IS NULL
        THEN 3
        WHEN COALESCE("t32"."p0_why_0", 4) = 0
        THEN 99
        ELSE COALESCE("t32"."p0_why_0", 4)
      END,
      CASE
        WHEN "t19"."anchor_screening" IS NULL
        THEN 3
        WHEN COALESCE("t33"."p1_why_0", 4) = 0
        THEN 99
        ELSE COALESCE("t33"."p1_why_0", 4)
      END
    ) < 99
    THEN LEAST(
      CASE
        WHEN "t19"."anchor_baseline" IS NULL
        THEN 3
        WHEN COALESCE("t32"."p0_why_0", 4) = 0
        THEN 99
        ELSE COALESCE("t32"."p0_why_0", 4)
      END,
      CASE
        WHEN "t19"."anchor_screening" IS NULL
        THEN 3
        WHEN COALESCE("t33"."p1_why_0", 4) = 0
        THEN 99
        ELSE COALESCE("t33"."p1_why_0", 4)
      END
    )
    WHEN "t33"."p1_value_0" <= 0
    THEN 16
    WHEN (
      (
        "t32"."p0_value_0" * 4
      ) + (
        "t33"."p1_value_0" * -5
      )
    ) <= 0
    THEN 1
    ELSE 2
  END AS TINYINT) AS "leaf_0"
FROM (
  SELECT
    "t11"."person_id",
    "t11"."gender_concept_id",
    "t11"."year_of_birth",
    "t11"."month_of_birth",
    "t11"."day_of_birth",
    "t11"."anchor_baseline",
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
        "t9"."anchor_baseline",
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
            "t5"."anchor" = 'baseline') AS "anchor_baseline",
          MAX("t5"."anchor_date") FILTER(WHERE
            "t5"."anchor" = 'screening') AS "anchor_screening"
        FROM (
          SELECT
            *
          FROM "memory"."main"."study_anchor" AS "t1"
          WHERE
            "t1"."study" = 'study' AND "t1"."anchor" IN ('baseline', 'screening')
        ) AS "t5"
        GROUP BY
          1
      ) AS "t9"
        ON "t4"."person_id" = "t9"."person_id"
    ) AS "t10"
  ) AS "t11"
) AS "t19"
LEFT OUTER JOIN (
  SELECT
    "t28"."person_id" AS "person_0",
    "t28"."p0_value_0",
    "t28"."p0_why_0"
  FROM (
    SELECT
      "t26"."person_id",
      MAX("t26"."p0_value_0") FILTER(WHERE
        "t26"."kind" = 0) AS "p0_value_0",
      MAX("t26"."p0_why_0") FILTER(WHERE
        "t26"."kind" = 0) AS "p0_why_0"
    FROM (
      SELECT
        *
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
          "t22"."from_day",
          "t22"."to_day",
          "t22"."kind",
          "t22"."bound",
          "t22"."multiplier",
          "t22"."reason",
          CASE
            WHEN (
              "t22"."kind" = 0
            )
            AND (
              (
                "t22"."measurement_date" >= "t22"."day_0"
              )
              AND (
                "t22"."measurement_date" <= "t22"."day_0"
              )
            )
            AND (
              CASE
                WHEN "t22"."reason" > 0
                THEN "t22"."reason"
                WHEN "t22"."bound" <> 0
                THEN 11
                ELSE 0
              END = 0
            )
            THEN CAST("t22"."value_as_number" AS DECIMAL(38, 6)) * "t22"."multiplier"
            ELSE CAST(NULL AS DECIMAL(38, 6))
          END AS "p0_value_0",
          CASE
            WHEN (
              "t22"."kind" = 0
            )
            AND (
              (
                "t22"."measurement_date" >= "t22"."day_0"
              )
              AND (
                "t22"."measurement_date" <= "t22"."day_0"
              )
            )
            THEN CASE
              WHEN "t22"."reason" > 0
              THEN "t22"."reason"
              WHEN "t22"."bound" <> 0
              THEN 11
              ELSE 0
            END
            ELSE CAST(NULL AS INT)
          END AS "p0_why_0"
        FROM (
          SELECT
            "t20"."person_id",
            "t20"."measurement_id",
            "t20"."measurement_concept_id",
            "t20"."measurement_date",
            "t20"."measurement_datetime",
            "t20"."operator_concept_id",
            "t20"."value_as_number",
            "t20"."value_as_concept_id",
            "t20"."unit_concept_id",
            "t20"."unit_source_value",
            "t20"."range_low",
            "t20"."range_high",
            "t20"."day_0",
            "t20"."from_day",
            "t20"."to_day",
            "t20"."kind",
            "t20"."bound",
            "t20"."multiplier",
            CASE "t20"."kind"
              WHEN 0
              THEN CASE
                WHEN "t20"."value_as_number" IS NULL
                THEN 6
                WHEN "t20"."multiplier" IS NULL
                THEN CASE
                  WHEN (
                    (
                      "t20"."unit_concept_id" IS NULL
                    ) OR (
                      "t20"."unit_concept_id" = 0
                    )
                  )
                  AND (
                    (
                      "t20"."unit_source_value" IS NULL
                    ) OR (
                      "t20"."unit_source_value" = ''
                    )
                  )
                  THEN 7
                  ELSE 8
                END
                WHEN CASE "t20"."multiplier"
                  WHEN 62500
                  THEN "t20"."value_as_number" < CAST(0.050000 AS DECIMAL(18, 6))
                  WHEN 707
                  THEN "t20"."value_as_number" < CAST(4.420085 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                OR CASE "t20"."multiplier"
                  WHEN 62500
                  THEN "t20"."value_as_number" > CAST(40.000000 AS DECIMAL(18, 6))
                  WHEN 707
                  THEN "t20"."value_as_number" > CAST(3536.067892 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                THEN 9
                ELSE 0
              END
              ELSE 0
            END AS "reason"
          FROM (
            SELECT
              "t16"."person_id",
              "t16"."measurement_id",
              "t16"."measurement_concept_id",
              "t16"."measurement_date",
              "t16"."measurement_datetime",
              "t16"."operator_concept_id",
              "t16"."value_as_number",
              "t16"."value_as_concept_id",
              "t16"."unit_concept_id",
              "t16"."unit_source_value",
              "t16"."range_low",
              "t16"."range_high",
              "t16"."day_0",
              "t16"."from_day",
              "t16"."to_day",
              CASE "t16"."measurement_concept_id"
                WHEN 3016723
                THEN 0
                WHEN 3020564
                THEN 0
                ELSE -1
              END AS "kind",
              CASE
                WHEN (
                  "t16"."operator_concept_id" IS NULL
                )
                OR (
                  "t16"."operator_concept_id" = 0
                )
                THEN 0
                ELSE CASE "t16"."operator_concept_id"
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
              CASE CASE "t16"."measurement_concept_id"
                  WHEN 3016723
                  THEN 0
                  WHEN 3020564
                  THEN 0
                  ELSE -1
                END
                WHEN 0
                THEN CASE
                  WHEN (
                    "t16"."unit_concept_id" IS NULL
                  ) OR (
                    "t16"."unit_concept_id" = 0
                  )
                  THEN CASE "t16"."unit_source_value"
                    WHEN 'mg/dL'
                    THEN 62500
                    WHEN 'mg/dl'
                    THEN 62500
                    WHEN 'umol/L'
                    THEN 707
                    WHEN 'µmol/L'
                    THEN 707
                    WHEN 'μmol/L'
                    THEN 707
                    WHEN 'umol/l'
                    THEN 707
                    WHEN 'µmol/l'
                    THEN 707
                    WHEN 'μmol/l'
                    THEN 707
                    ELSE CAST(NULL AS BIGINT)
                  END
                  ELSE CASE "t16"."unit_concept_id"
                    WHEN 8840
                    THEN 62500
                    WHEN 8749
                    THEN 707
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
                "t14"."day_0",
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
                  "t2"."measurement_concept_id" IN (3016723, 3020564)
              ) AS "t7"
              INNER JOIN (
                SELECT
                  "t11"."person_id",
                  "t11"."anchor_baseline" AS "day_0",
                  "t11"."anchor_baseline" AS "from_day",
                  "t11"."anchor_baseline" AS "to_day"
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
                      "t9"."anchor_baseline",
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
                          "t5"."anchor" = 'baseline') AS "anchor_baseline",
                        MAX("t5"."anchor_date") FILTER(WHERE
                          "t5"."anchor" = 'screening') AS "anchor_screening"
                      FROM (
                        SELECT
                          *
                        FROM "memory"."main"."study_anchor" AS "t1"
                        WHERE
                          "t1"."study" = 'study' AND "t1"."anchor" IN ('baseline', 'screening')
                      ) AS "t5"
                      GROUP BY
                        1
                    ) AS "t9"
                      ON "t4"."person_id" = "t9"."person_id"
                  ) AS "t10"
                ) AS "t11"
              ) AS "t14"
                ON "t7"."person_id" = "t14"."person_id"
            ) AS "t16"
            WHERE
              "t16"."measurement_date" >= "t16"."from_day"
              AND "t16"."measurement_date" <= "t16"."to_day"
              AND "t16"."measurement_concept_id" IN (3016723, 3020564)
              AND "t16"."measurement_date" >= "t16"."day_0"
              AND "t16"."measurement_date" <= "t16"."day_0"
          ) AS "t20"
        ) AS "t22"
      ) AS "t24"
      QUALIFY
        (
          ROW_NUMBER() OVER (
            PARTITION BY "t24"."person_id", "t24"."kind"
            ORDER BY "t24"."measurement_date" DESC, "t24"."measurement_datetime" DESC, "t24"."measurement_id" DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1
        ) = 0
    ) AS "t26"
    GROUP BY
      1
  ) AS "t28"
) AS "t32"
  ON "t19"."person_id" = "t32"."person_0"
LEFT OUTER JOIN (
  SELECT
    "t29"."person_id" AS "person_1",
    "t29"."p1_value_0",
    "t29"."p1_why_0"
  FROM (
    SELECT
      "t27"."person_id",
      MAX("t27"."p1_value_0") FILTER(WHERE
        "t27"."kind" = 0) AS "p1_value_0",
      MAX("t27"."p1_why_0") FILTER(WHERE
        "t27"."kind" = 0) AS "p1_why_0"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t23"."person_id",
          "t23"."measurement_id",
          "t23"."measurement_concept_id",
          "t23"."measurement_date",
          "t23"."measurement_datetime",
          "t23"."operator_concept_id",
          "t23"."value_as_number",
          "t23"."value_as_concept_id",
          "t23"."unit_concept_id",
          "t23"."unit_source_value",
          "t23"."range_low",
          "t23"."range_high",
          "t23"."day_1",
          "t23"."from_day",
          "t23"."to_day",
          "t23"."kind",
          "t23"."bound",
          "t23"."multiplier",
          "t23"."reason",
          CASE
            WHEN (
              "t23"."kind" = 0
            )
            AND (
              (
                "t23"."measurement_date" >= "t23"."day_1"
              )
              AND (
                "t23"."measurement_date" <= "t23"."day_1"
              )
            )
            AND (
              CASE
                WHEN "t23"."reason" > 0
                THEN "t23"."reason"
                WHEN "t23"."bound" <> 0
                THEN 11
                ELSE 0
              END = 0
            )
            THEN CAST("t23"."value_as_number" AS DECIMAL(38, 6)) * "t23"."multiplier"
            ELSE CAST(NULL AS DECIMAL(38, 6))
          END AS "p1_value_0",
          CASE
            WHEN (
              "t23"."kind" = 0
            )
            AND (
              (
                "t23"."measurement_date" >= "t23"."day_1"
              )
              AND (
                "t23"."measurement_date" <= "t23"."day_1"
              )
            )
            THEN CASE
              WHEN "t23"."reason" > 0
              THEN "t23"."reason"
              WHEN "t23"."bound" <> 0
              THEN 11
              ELSE 0
            END
            ELSE CAST(NULL AS INT)
          END AS "p1_why_0"
        FROM (
          SELECT
            "t21"."person_id",
            "t21"."measurement_id",
            "t21"."measurement_concept_id",
            "t21"."measurement_date",
            "t21"."measurement_datetime",
            "t21"."operator_concept_id",
            "t21"."value_as_number",
            "t21"."value_as_concept_id",
            "t21"."unit_concept_id",
            "t21"."unit_source_value",
            "t21"."range_low",
            "t21"."range_high",
            "t21"."day_1",
            "t21"."from_day",
            "t21"."to_day",
            "t21"."kind",
            "t21"."bound",
            "t21"."multiplier",
            CASE "t21"."kind"
              WHEN 0
              THEN CASE
                WHEN "t21"."value_as_number" IS NULL
                THEN 6
                WHEN "t21"."multiplier" IS NULL
                THEN CASE
                  WHEN (
                    (
                      "t21"."unit_concept_id" IS NULL
                    ) OR (
                      "t21"."unit_concept_id" = 0
                    )
                  )
                  AND (
                    (
                      "t21"."unit_source_value" IS NULL
                    ) OR (
                      "t21"."unit_source_value" = ''
                    )
                  )
                  THEN 7
                  ELSE 8
                END
                WHEN CASE "t21"."multiplier"
                  WHEN 62500
                  THEN "t21"."value_as_number" < CAST(0.050000 AS DECIMAL(18, 6))
                  WHEN 707
                  THEN "t21"."value_as_number" < CAST(4.420085 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                OR CASE "t21"."multiplier"
                  WHEN 62500
                  THEN "t21"."value_as_number" > CAST(40.000000 AS DECIMAL(18, 6))
                  WHEN 707
                  THEN "t21"."value_as_number" > CAST(3536.067892 AS DECIMAL(18, 6))
                  ELSE CAST(NULL AS BOOLEAN)
                END
                THEN 9
                ELSE 0
              END
              ELSE 0
            END AS "reason"
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
              "t17"."day_1",
              "t17"."from_day",
              "t17"."to_day",
              CASE "t17"."measurement_concept_id"
                WHEN 3016723
                THEN 0
                WHEN 3020564
                THEN 0
                ELSE -1
              END AS "kind",
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
              CASE CASE "t17"."measurement_concept_id"
                  WHEN 3016723
                  THEN 0
                  WHEN 3020564
                  THEN 0
                  ELSE -1
                END
                WHEN 0
                THEN CASE
                  WHEN (
                    "t17"."unit_concept_id" IS NULL
                  ) OR (
                    "t17"."unit_concept_id" = 0
                  )
                  THEN CASE "t17"."unit_source_value"
                    WHEN 'mg/dL'
                    THEN 62500
                    WHEN 'mg/dl'
                    THEN 62500
                    WHEN 'umol/L'
                    THEN 707
                    WHEN 'µmol/L'
                    THEN 707
                    WHEN 'μmol/L'
                    THEN 707
                    WHEN 'umol/l'
                    THEN 707
                    WHEN 'µmol/l'
                    THEN 707
                    WHEN 'μmol/l'
                    THEN 707
                    ELSE CAST(NULL AS BIGINT)
                  END
                  ELSE CASE "t17"."unit_concept_id"
                    WHEN 8840
                    THEN 62500
                    WHEN 8749
                    THEN 707
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
                "t15"."day_1",
                "t15"."from_day",
                "t15"."to_day"
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
                  "t2"."measurement_concept_id" IN (3016723, 3020564)
              ) AS "t7"
              INNER JOIN (
                SELECT
                  "t11"."person_id",
                  "t11"."anchor_screening" AS "day_1",
                  "t11"."anchor_screening" AS "from_day",
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
                      "t9"."anchor_baseline",
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
                          "t5"."anchor" = 'baseline') AS "anchor_baseline",
                        MAX("t5"."anchor_date") FILTER(WHERE
                          "t5"."anchor" = 'screening') AS "anchor_screening"
                      FROM (
                        SELECT
                          *
                        FROM "memory"."main"."study_anchor" AS "t1"
                        WHERE
                          "t1"."study" = 'study' AND "t1"."anchor" IN ('baseline', 'screening')
                      ) AS "t5"
                      GROUP BY
                        1
                    ) AS "t9"
                      ON "t4"."person_id" = "t9"."person_id"
                  ) AS "t10"
                ) AS "t11"
              ) AS "t15"
                ON "t7"."person_id" = "t15"."person_id"
            ) AS "t17"
            WHERE
              "t17"."measurement_date" >= "t17"."from_day"
              AND "t17"."measurement_date" <= "t17"."to_day"
              AND "t17"."measurement_concept_id" IN (3016723, 3020564)
              AND "t17"."measurement_date" >= "t17"."day_1"
              AND "t17"."measurement_date" <= "t17"."day_1"
          ) AS "t21"
        ) AS "t23"
      ) AS "t25"
      QUALIFY
        (
          ROW_NUMBER() OVER (
            PARTITION BY "t25"."person_id", "t25"."kind"
            ORDER BY "t25"."measurement_date" DESC, "t25"."measurement_datetime" DESC, "t25"."measurement_id" DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1
        ) = 0
    ) AS "t27"
    GROUP BY
      1
  ) AS "t29"
) AS "t33"
  ON "t19"."person_id" = "t33"."person_1"
