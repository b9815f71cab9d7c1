"""Virtual trials: patients with an assumed course, judged by the adjudicator of real trials."""
