-- Rendered from schemas/ by `headrace contracts`: change it there.

CREATE SCHEMA curated;
CREATE SCHEMA marts;

CREATE TABLE "curated"."search_ranks" (
    "marketplace_code" VARCHAR NOT NULL,
    "department_name" VARCHAR NOT NULL,
    "term" VARCHAR NOT NULL,
    "ranked_on" DATE NOT NULL,
    "rank" BIGINT NOT NULL,
    "report_marketplace_code" VARCHAR,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."search_ranks" IS 'The rank of a search term in a department of a marketplace on one day; several terms may have the same rank. Version 1; key: marketplace_code, department_name, term, ranked_on.';
COMMENT ON COLUMN "curated"."search_ranks"."marketplace_code" IS 'The marketplace, by the code of its country: US, UK.';
COMMENT ON COLUMN "curated"."search_ranks"."department_name" IS 'The department in which the rank holds, lower case.';
COMMENT ON COLUMN "curated"."search_ranks"."term" IS 'The search term: NFKC, lower case, single spaces.';
COMMENT ON COLUMN "curated"."search_ranks"."ranked_on" IS 'The day of the searches, in the marketplace''s calendar.';
COMMENT ON COLUMN "curated"."search_ranks"."rank" IS '1 is searched most.';
COMMENT ON COLUMN "curated"."search_ranks"."report_marketplace_code" IS 'The marketplace that the report was asked for; null where it does not say.';
COMMENT ON COLUMN "curated"."search_ranks"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."search_ranks"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."search_ranks"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."search_ranks"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "curated"."search_volumes" (
    "marketplace_code" VARCHAR NOT NULL,
    "department_name" VARCHAR,
    "term" VARCHAR NOT NULL,
    "grain" VARCHAR NOT NULL,
    "period_start_on" DATE NOT NULL,
    "period_end_on" DATE NOT NULL,
    "search_count" BIGINT NOT NULL,
    "known_after_days" INTEGER NOT NULL,
    "available_on" DATE NOT NULL,
    "report_marketplace_code" VARCHAR,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."search_volumes" IS 'The searches for a term in one period. Version 1; key: marketplace_code, department_name, term, grain, period_start_on.';
COMMENT ON COLUMN "curated"."search_volumes"."marketplace_code" IS 'The marketplace, by the code of its country: US, UK.';
COMMENT ON COLUMN "curated"."search_volumes"."department_name" IS 'The department; null where the volume is over all of them.';
COMMENT ON COLUMN "curated"."search_volumes"."term" IS 'The search term: NFKC, lower case, single spaces.';
COMMENT ON COLUMN "curated"."search_volumes"."grain" IS 'How long the period is.';
COMMENT ON COLUMN "curated"."search_volumes"."period_start_on" IS 'Its first day; of a week Sunday, of a month the 1st.';
COMMENT ON COLUMN "curated"."search_volumes"."period_end_on" IS 'Its last day. Computed: `CASE grain WHEN ''daily'' THEN period_start_on WHEN ''weekly'' THEN date_add(period_start_on, 6) WHEN ''monthly'' THEN last_day(period_start_on) END`.';
COMMENT ON COLUMN "curated"."search_volumes"."search_count" IS 'How often the term was searched in the period.';
COMMENT ON COLUMN "curated"."search_volumes"."known_after_days" IS 'Days from the period''s end until its volume could be known: by the source''s configuration.';
COMMENT ON COLUMN "curated"."search_volumes"."available_on" IS 'The day from which the volume could have been known; nothing that is said of an earlier day uses it. Computed: `date_add(period_end_on, known_after_days)`.';
COMMENT ON COLUMN "curated"."search_volumes"."report_marketplace_code" IS 'The marketplace that the report was asked for; null where it does not say.';
COMMENT ON COLUMN "curated"."search_volumes"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."search_volumes"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."search_volumes"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."search_volumes"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "curated"."special_dates" (
    "marketplace_code" VARCHAR NOT NULL,
    "event_name" VARCHAR NOT NULL,
    "event_on" DATE NOT NULL,
    "lead_days" INTEGER NOT NULL,
    "lag_days" INTEGER NOT NULL,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."special_dates" IS 'An event of a marketplace on one day; one that is still to come is known today. Version 1; key: marketplace_code, event_name, event_on.';
COMMENT ON COLUMN "curated"."special_dates"."marketplace_code" IS 'The marketplace, by the code of its country: US, UK.';
COMMENT ON COLUMN "curated"."special_dates"."event_name" IS 'The event, alike in every year and marketplace.';
COMMENT ON COLUMN "curated"."special_dates"."event_on" IS 'Its day; of several, the first.';
COMMENT ON COLUMN "curated"."special_dates"."lead_days" IS 'Days before it on which it is felt already.';
COMMENT ON COLUMN "curated"."special_dates"."lag_days" IS 'Days after it on which it is felt still.';
COMMENT ON COLUMN "curated"."special_dates"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."special_dates"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."special_dates"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."special_dates"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "marts"."search_special_dates" (
    "marketplace_code" VARCHAR NOT NULL,
    "event_name" VARCHAR NOT NULL,
    "event_on" DATE NOT NULL,
    "lead_days" INTEGER NOT NULL,
    "lag_days" INTEGER NOT NULL,
    "origin" VARCHAR NOT NULL
);
COMMENT ON TABLE "marts"."search_special_dates" IS 'An event of a marketplace on one day; of days of an event less than half a year (183 days) apart what was delivered stands before what is configured, and that before the calendar. Version 1; key: marketplace_code, event_name, event_on.';
COMMENT ON COLUMN "marts"."search_special_dates"."marketplace_code" IS 'The marketplace, by the code of its country: US, UK.';
COMMENT ON COLUMN "marts"."search_special_dates"."event_name" IS 'The event, alike in every year and marketplace.';
COMMENT ON COLUMN "marts"."search_special_dates"."event_on" IS 'Its day; of several, the first.';
COMMENT ON COLUMN "marts"."search_special_dates"."lead_days" IS 'Days before it on which it is felt already.';
COMMENT ON COLUMN "marts"."search_special_dates"."lag_days" IS 'Days after it on which it is felt still.';
COMMENT ON COLUMN "marts"."search_special_dates"."origin" IS 'Where the day comes from.';

CREATE TABLE "marts"."search_volume_estimates" (
    "marketplace_code" VARCHAR NOT NULL,
    "department_name" VARCHAR NOT NULL,
    "term" VARCHAR NOT NULL,
    "estimated_on" DATE NOT NULL,
    "rank" BIGINT NOT NULL,
    "is_tied" BOOLEAN NOT NULL,
    "estimated_search_count" DOUBLE,
    "lo_95_search_count" DOUBLE,
    "lo_80_search_count" DOUBLE,
    "hi_80_search_count" DOUBLE,
    "hi_95_search_count" DOUBLE,
    "basis" VARCHAR NOT NULL,
    "is_extrapolated" BOOLEAN,
    "coverage_80_ratio" DOUBLE,
    "coverage_95_ratio" DOUBLE,
    "ln_base" DOUBLE,
    "ln_level" DOUBLE,
    "ln_smearing" DOUBLE,
    "ln_poisson" DOUBLE,
    "model_id" VARCHAR
);
COMMENT ON TABLE "marts"."search_volume_estimates" IS 'A ranked term in a department of a marketplace on one day. Version 1; key: marketplace_code, department_name, term, estimated_on. No public pair of Amazon search ranks and volumes exists. This model was proven on stand-ins: a generator with planted truth, and real series of the same shape (downloads of Python packages). How well it does on your terms is what the backtest on your own labels says, and nothing else.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."marketplace_code" IS 'The marketplace, by the code of its country: US, UK.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."department_name" IS 'The department in which the rank holds, lower case.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."term" IS 'The search term: NFKC, lower case, single spaces.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."estimated_on" IS 'The day of the searches.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."rank" IS 'The term''s rank on the day.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."is_tied" IS 'Other terms of the department have the same rank on the day.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."estimated_search_count" IS 'The mean; never greater for a worse rank of the same department and day. Null where refused. Unit: searches a day.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."lo_95_search_count" IS 'The lower bound of the 95 % interval; null unless `basis` is `direct`. Unit: searches a day.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."lo_80_search_count" IS 'The lower bound of the 80 % interval; null unless `basis` is `direct`. Unit: searches a day.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."hi_80_search_count" IS 'The upper bound of the 80 % interval; null unless `basis` is `direct`. Unit: searches a day.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."hi_95_search_count" IS 'The upper bound of the 95 % interval; null unless `basis` is `direct`. Unit: searches a day.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."basis" IS '`direct` where the model has seen labels of the department, `department_pooled` where only of the marketplace, `refused` where of neither, or where drift forbids an estimate.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."is_extrapolated" IS 'The rank is outside the ranks of the labels; null where refused.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."coverage_80_ratio" IS 'Share of labels that lay in the 80 % interval in the last backtest; null where it had none such: refused, pooled, or extrapolated.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."coverage_95_ratio" IS 'Share of labels that lay in the 95 % interval in the last backtest; null where it had none such: refused, pooled, or extrapolated.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."ln_base" IS 'What the regression says. Unit: ln searches a day.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."ln_level" IS 'What the level curve adds, by labels known on the day. Unit: ln.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."ln_smearing" IS 'From the mean of logarithms to the mean of searches. Unit: ln.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."ln_poisson" IS 'What the Poisson stage adds; 0 where the model has none. Unit: ln.';
COMMENT ON COLUMN "marts"."search_volume_estimates"."model_id" IS 'The model, as in search_volume_model_card; null where there is none.';

CREATE TABLE "marts"."search_volume_totals" (
    "marketplace_code" VARCHAR NOT NULL,
    "department_name" VARCHAR NOT NULL,
    "estimated_on" DATE NOT NULL,
    "term_count" BIGINT NOT NULL,
    "refused_term_count" BIGINT NOT NULL,
    "estimated_search_count" DOUBLE,
    "lo_95_search_count" DOUBLE,
    "lo_80_search_count" DOUBLE,
    "hi_80_search_count" DOUBLE,
    "hi_95_search_count" DOUBLE,
    "basis" VARCHAR NOT NULL
);
COMMENT ON TABLE "marts"."search_volume_totals" IS 'A department of a marketplace on one day, over its ranked terms. Version 1; key: marketplace_code, department_name, estimated_on. No public pair of Amazon search ranks and volumes exists. This model was proven on stand-ins: a generator with planted truth, and real series of the same shape (downloads of Python packages). How well it does on your terms is what the backtest on your own labels says, and nothing else.';
COMMENT ON COLUMN "marts"."search_volume_totals"."marketplace_code" IS 'The marketplace, by the code of its country: US, UK.';
COMMENT ON COLUMN "marts"."search_volume_totals"."department_name" IS 'The department in which the rank holds, lower case.';
COMMENT ON COLUMN "marts"."search_volume_totals"."estimated_on" IS 'The day of the searches.';
COMMENT ON COLUMN "marts"."search_volume_totals"."term_count" IS 'Ranked terms of the department and day.';
COMMENT ON COLUMN "marts"."search_volume_totals"."refused_term_count" IS 'Those without an estimate, which count as nothing.';
COMMENT ON COLUMN "marts"."search_volume_totals"."estimated_search_count" IS 'The sum of the terms'' estimates; null where all are refused. Unit: searches a day.';
COMMENT ON COLUMN "marts"."search_volume_totals"."lo_95_search_count" IS 'The lower bound of the sum''s 95 % interval; null unless `basis` is `direct`. Unit: searches a day.';
COMMENT ON COLUMN "marts"."search_volume_totals"."lo_80_search_count" IS 'The lower bound of the sum''s 80 % interval; null unless `basis` is `direct`. Unit: searches a day.';
COMMENT ON COLUMN "marts"."search_volume_totals"."hi_80_search_count" IS 'The upper bound of the sum''s 80 % interval; null unless `basis` is `direct`. Unit: searches a day.';
COMMENT ON COLUMN "marts"."search_volume_totals"."hi_95_search_count" IS 'The upper bound of the sum''s 95 % interval; null unless `basis` is `direct`. Unit: searches a day.';
COMMENT ON COLUMN "marts"."search_volume_totals"."basis" IS '`direct` where all estimates in the sum are, `department_pooled` where one is that, `refused` where there is none.';

CREATE TABLE "marts"."search_volume_backtest" (
    "fold_name" VARCHAR NOT NULL,
    "model_name" VARCHAR NOT NULL,
    "cut_name" VARCHAR NOT NULL,
    "cut_value" VARCHAR NOT NULL,
    "origin_on" DATE,
    "test_from_on" DATE,
    "test_through_on" DATE,
    "label_count" BIGINT NOT NULL,
    "bounded_label_count" BIGINT NOT NULL,
    "wape_ratio" DOUBLE,
    "mdape_ratio" DOUBLE,
    "rmsle" DOUBLE,
    "bias_ratio" DOUBLE,
    "coverage_80_ratio" DOUBLE,
    "coverage_95_ratio" DOUBLE,
    "width_80_ratio" DOUBLE,
    "width_95_ratio" DOUBLE,
    "order_violation_count" BIGINT
);
COMMENT ON TABLE "marts"."search_volume_backtest" IS 'A model on a cut of the labels of a fold. Version 1; key: fold_name, model_name, cut_name, cut_value. No public pair of Amazon search ranks and volumes exists. This model was proven on stand-ins: a generator with planted truth, and real series of the same shape (downloads of Python packages). How well it does on your terms is what the backtest on your own labels says, and nothing else.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."fold_name" IS 'The fold, by its origin; `folds` is over all of them, `test` the last days, which chose nothing.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."model_name" IS '`headrace`, or a rival with the same information.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."cut_name" IS 'By what the labels are cut: `all`, `season`, `marketplace` and so on.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."cut_value" IS 'Which of them; `all` where they are not cut.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."origin_on" IS 'The day whose knowledge the fold has; null over all folds.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."test_from_on" IS 'The first day of the labels.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."test_through_on" IS 'The last day of the labels.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."label_count" IS 'Labels in the cut.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."bounded_label_count" IS 'Those of them with an interval, which the coverage is of.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."wape_ratio" IS 'Sum of absolute errors over sum of volumes.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."mdape_ratio" IS 'Median of absolute errors as shares of the volume.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."rmsle" IS 'Root of the mean squared difference of ln(1 + volume). Unit: ln.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."bias_ratio" IS 'Sum of estimates over sum of volumes, less 1.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."coverage_80_ratio" IS 'Share of those with an interval in the 80 % one; null where it cannot be tested.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."coverage_95_ratio" IS 'Share of those with an interval in the 95 % one; null where it cannot be tested.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."width_80_ratio" IS 'Sum of the widths of the 80 % intervals over the sum of their estimates.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."width_95_ratio" IS 'Sum of the widths of the 95 % intervals over the sum of their estimates.';
COMMENT ON COLUMN "marts"."search_volume_backtest"."order_violation_count" IS 'Pairs of neighbouring ranks whose worse one has more searches.';

CREATE TABLE "marts"."search_volume_model_card" (
    "model_id" VARCHAR NOT NULL,
    "is_current" BOOLEAN NOT NULL,
    "origin_on" DATE NOT NULL,
    "refusal" VARCHAR,
    "label_count" BIGINT NOT NULL,
    "card_json" VARCHAR NOT NULL
);
COMMENT ON TABLE "marts"."search_volume_model_card" IS 'A trained model: the one that stands, and beside it the last one if that was refused. Version 1; key: model_id. No public pair of Amazon search ranks and volumes exists. This model was proven on stand-ins: a generator with planted truth, and real series of the same shape (downloads of Python packages). How well it does on your terms is what the backtest on your own labels says, and nothing else.';
COMMENT ON COLUMN "marts"."search_volume_model_card"."model_id" IS 'The model.';
COMMENT ON COLUMN "marts"."search_volume_model_card"."is_current" IS 'Estimates are its own.';
COMMENT ON COLUMN "marts"."search_volume_model_card"."origin_on" IS 'The day whose knowledge it was trained with.';
COMMENT ON COLUMN "marts"."search_volume_model_card"."refusal" IS 'Why it was not released; null where it was.';
COMMENT ON COLUMN "marts"."search_volume_model_card"."label_count" IS 'Labels that it was trained with.';
COMMENT ON COLUMN "marts"."search_volume_model_card"."card_json" IS 'The whole card: data and code by digests, folds, errors, coverage, rivals, limits in words; `card.md` beside the model is its page.';

CREATE TABLE "marts"."search_volume_drift" (
    "marketplace_code" VARCHAR NOT NULL,
    "measured_on" DATE NOT NULL,
    "measure_name" VARCHAR NOT NULL,
    "measured_value" DOUBLE,
    "warn_at" DOUBLE,
    "widen_at" DOUBLE,
    "stop_at" DOUBLE,
    "status" VARCHAR NOT NULL
);
COMMENT ON TABLE "marts"."search_volume_drift" IS 'A measure of drift of a marketplace on the last day that was scored. Version 1; key: marketplace_code, measured_on, measure_name. No public pair of Amazon search ranks and volumes exists. This model was proven on stand-ins: a generator with planted truth, and real series of the same shape (downloads of Python packages). How well it does on your terms is what the backtest on your own labels says, and nothing else.';
COMMENT ON COLUMN "marts"."search_volume_drift"."marketplace_code" IS 'The marketplace, by the code of its country: US, UK.';
COMMENT ON COLUMN "marts"."search_volume_drift"."measured_on" IS 'The last day that was scored.';
COMMENT ON COLUMN "marts"."search_volume_drift"."measure_name" IS 'What is measured; docs/search-model.md has them.';
COMMENT ON COLUMN "marts"."search_volume_drift"."measured_value" IS 'The measure, in its own unit; null where nothing can be measured.';
COMMENT ON COLUMN "marts"."search_volume_drift"."warn_at" IS 'From here on it is told.';
COMMENT ON COLUMN "marts"."search_volume_drift"."widen_at" IS 'From here on intervals are widened.';
COMMENT ON COLUMN "marts"."search_volume_drift"."stop_at" IS 'From here on the marketplace is refused.';
COMMENT ON COLUMN "marts"."search_volume_drift"."status" IS 'What follows from it; nothing where it could not be measured.';
