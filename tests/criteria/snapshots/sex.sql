-- sex is female
SELECT
  "t0"."person_id",
  CASE
    WHEN "t0"."gender_concept_id" IN (8532)
    THEN 1
    WHEN "t0"."gender_concept_id" IN (8507, 8532)
    THEN 2
    ELSE 6
  END AS "leaf_0"
FROM "memory"."main"."person" AS "t0"
