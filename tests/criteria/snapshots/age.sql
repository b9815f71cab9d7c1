-- age at consent >= 18 years
SELECT
  "t9"."person_id",
  CASE
    WHEN "t9"."anchor_consent" IS NULL
    THEN 3
    WHEN (
      (
        CAST(FLOOR(
          (
            (
              (
                (
                  (
                    (
                      EXTRACT(year FROM "t9"."anchor_consent") - EXTRACT(year FROM "t9"."birth_latest")
                    ) * 12
                  ) + EXTRACT(month FROM "t9"."anchor_consent")
                ) - EXTRACT(month FROM "t9"."birth_latest")
              ) - CASE
                WHEN EXTRACT(day FROM "t9"."anchor_consent") < EXTRACT(day FROM "t9"."birth_latest")
                THEN 1
                ELSE 0
              END
            ) - (
              (
                (
                  (
                    (
                      (
                        (
                          (
                            EXTRACT(year FROM "t9"."anchor_consent") - EXTRACT(year FROM "t9"."birth_latest")
                          ) * 12
                        ) + EXTRACT(month FROM "t9"."anchor_consent")
                      ) - EXTRACT(month FROM "t9"."birth_latest")
                    ) - CASE
                      WHEN EXTRACT(day FROM "t9"."anchor_consent") < EXTRACT(day FROM "t9"."birth_latest")
                      THEN 1
                      ELSE 0
                    END
                  ) % 12
                ) + 12
              ) % 12
            )
          ) / (
            12
          )
        ) AS BIGINT) >= 18
      ) <> (
        CAST(FLOOR(
          (
            (
              (
                (
                  (
                    (
                      EXTRACT(year FROM "t9"."anchor_consent") - EXTRACT(year FROM "t9"."birth_earliest")
                    ) * 12
                  ) + EXTRACT(month FROM "t9"."anchor_consent")
                ) - EXTRACT(month FROM "t9"."birth_earliest")
              ) - CASE
                WHEN EXTRACT(day FROM "t9"."anchor_consent") < EXTRACT(day FROM "t9"."birth_earliest")
                THEN 1
                ELSE 0
              END
            ) - (
              (
                (
                  (
                    (
                      (
                        (
                          (
                            EXTRACT(year FROM "t9"."anchor_consent") - EXTRACT(year FROM "t9"."birth_earliest")
                          ) * 12
                        ) + EXTRACT(month FROM "t9"."anchor_consent")
                      ) - EXTRACT(month FROM "t9"."birth_earliest")
                    ) - CASE
                      WHEN EXTRACT(day FROM "t9"."anchor_consent") < EXTRACT(day FROM "t9"."birth_earliest")
                      THEN 1
                      ELSE 0
                    END
                  ) % 12
                ) + 12
              ) % 12
            )
          ) / (
            12
          )
        ) AS BIGINT) >= 18
      )
    )
    OR FALSE
    THEN 13
    WHEN CAST(FLOOR(
      (
        (
          (
            (
              (
                (
                  EXTRACT(year FROM "t9"."anchor_consent") - EXTRACT(year FROM "t9"."birth_latest")
                ) * 12
              ) + EXTRACT(month FROM "t9"."anchor_consent")
            ) - EXTRACT(month FROM "t9"."birth_latest")
          ) - CASE
            WHEN EXTRACT(day FROM "t9"."anchor_consent") < EXTRACT(day FROM "t9"."birth_latest")
            THEN 1
            ELSE 0
          END
        ) - (
          (
            (
              (
                (
                  (
                    (
                      (
                        EXTRACT(year FROM "t9"."anchor_consent") - EXTRACT(year FROM "t9"."birth_latest")
                      ) * 12
                    ) + EXTRACT(month FROM "t9"."anchor_consent")
                  ) - EXTRACT(month FROM "t9"."birth_latest")
                ) - CASE
                  WHEN EXTRACT(day FROM "t9"."anchor_consent") < EXTRACT(day FROM "t9"."birth_latest")
                  THEN 1
                  ELSE 0
                END
              ) % 12
            ) + 12
          ) % 12
        )
      ) / (
        12
      )
    ) AS BIGINT) >= 18
    THEN 1
    ELSE 2
  END AS "leaf_0"
FROM (
  SELECT
    "t8"."person_id",
    "t8"."gender_concept_id",
    "t8"."year_of_birth",
    "t8"."month_of_birth",
    "t8"."day_of_birth",
    "t8"."anchor_consent",
    MAKE_DATE(
      "t8"."year_of_birth",
      COALESCE("t8"."month_of_birth", 1),
      CASE
        WHEN "t8"."month_of_birth" IS NULL
        THEN 1
        ELSE COALESCE("t8"."day_of_birth", 1)
      END
    ) AS "birth_earliest",
    CASE
      WHEN "t8"."month_of_birth" IS NULL
      THEN MAKE_DATE("t8"."year_of_birth", 12, 31)
      WHEN "t8"."day_of_birth" IS NULL
      THEN CAST(CAST(CAST(CAST(MAKE_DATE("t8"."year_of_birth", COALESCE("t8"."month_of_birth", 1), 1) AS TIMESTAMP) + INTERVAL '1' MONTH AS DATE) AS TIMESTAMP) - INTERVAL '1' DAY AS DATE)
      ELSE MAKE_DATE(
        "t8"."year_of_birth",
        COALESCE("t8"."month_of_birth", 1),
        CASE
          WHEN "t8"."month_of_birth" IS NULL
          THEN 1
          ELSE COALESCE("t8"."day_of_birth", 1)
        END
      )
    END AS "birth_latest"
  FROM (
    SELECT
      "t7".*
      EXCLUDE ("person_id_right")
    FROM (
      SELECT
        "t3"."person_id",
        "t3"."gender_concept_id",
        "t3"."year_of_birth",
        "t3"."month_of_birth",
        "t3"."day_of_birth",
        "t6"."person_id" AS "person_id_right",
        "t6"."anchor_consent"
      FROM (
        SELECT
          "t0"."person_id",
          "t0"."gender_concept_id",
          "t0"."year_of_birth",
          "t0"."month_of_birth",
          "t0"."day_of_birth"
        FROM "memory"."main"."person" AS "t0"
      ) AS "t3"
      LEFT OUTER JOIN (
        SELECT
          "t4"."person_id",
          MAX("t4"."anchor_date") FILTER(WHERE
            "t4"."anchor" = 'consent') AS "anchor_consent"
        FROM (
          SELECT
            *
          FROM "memory"."main"."study_anchor" AS "t1"
          WHERE
            "t1"."study" = 'study' AND "t1"."anchor" IN ('consent')
        ) AS "t4"
        GROUP BY
          1
      ) AS "t6"
        ON "t3"."person_id" = "t6"."person_id"
    ) AS "t7"
  ) AS "t8"
) AS "t9"
