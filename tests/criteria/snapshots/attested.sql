-- attested consent
SELECT
  "t5"."person_id",
  CAST(CASE
    WHEN (
      (
        COALESCE("t8"."attested_0", 0) >> 0
      ) & 3
    ) = 0
    THEN 18
    ELSE (
      COALESCE("t8"."attested_0", 0) >> 0
    ) & 3
  END AS TINYINT) AS "leaf_0"
FROM (
  SELECT
    "t0"."person_id",
    "t0"."gender_concept_id",
    "t0"."year_of_birth",
    "t0"."month_of_birth",
    "t0"."day_of_birth",
    MAKE_DATE(
      "t0"."year_of_birth",
      COALESCE("t0"."month_of_birth", 1),
      CASE
        WHEN "t0"."month_of_birth" IS NULL
        THEN 1
        ELSE COALESCE("t0"."day_of_birth", 1)
      END
    ) AS "birth_earliest",
    CASE
      WHEN "t0"."month_of_birth" IS NULL
      THEN MAKE_DATE("t0"."year_of_birth", 12, 31)
      WHEN "t0"."day_of_birth" IS NULL
      THEN CAST(CAST(CAST(CAST(MAKE_DATE("t0"."year_of_birth", COALESCE("t0"."month_of_birth", 1), 1) AS TIMESTAMP) + INTERVAL '1' MONTH AS DATE) AS TIMESTAMP) - INTERVAL '1' DAY AS DATE)
      ELSE MAKE_DATE(
        "t0"."year_of_birth",
        COALESCE("t0"."month_of_birth", 1),
        CASE
          WHEN "t0"."month_of_birth" IS NULL
          THEN 1
          ELSE COALESCE("t0"."day_of_birth", 1)
        END
      )
    END AS "birth_latest"
  FROM "memory"."main"."person" AS "t0"
) AS "t5"
LEFT OUTER JOIN (
  SELECT
    "t6"."person_id" AS "person_0",
    "t6"."attested_0"
  FROM (
    SELECT
      "t3"."person_id",
      BIT_OR(
        CAST(CASE
          WHEN "t3"."item" = 'consent'
          THEN CASE WHEN "t3"."answer" THEN 1 ELSE 2 END
          ELSE 0
        END AS BIGINT) * 1
      ) AS "attested_0"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          *
        FROM "memory"."main"."attestation" AS "t1"
        WHERE
          "t1"."study" = 'study'
          AND "t1"."item" IN ('consent')
          AND COALESCE("t1"."signed_by", '') <> ''
      ) AS "t2"
      QUALIFY
        (
          ROW_NUMBER() OVER (
            PARTITION BY "t2"."person_id", "t2"."item"
            ORDER BY "t2"."signed_date" DESC, "t2"."attestation_id" DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1
        ) = 0
    ) AS "t3"
    GROUP BY
      1
  ) AS "t6"
) AS "t8"
  ON "t5"."person_id" = "t8"."person_0"
