-- Rendered from schemas/ by `headrace contracts`: change it there.

CREATE SCHEMA curated;
CREATE SCHEMA marts;

CREATE TABLE "curated"."logged_events" (
    "event_id" VARCHAR NOT NULL,
    "source_system_code" VARCHAR NOT NULL,
    "case_id" VARCHAR NOT NULL,
    "activity_name" VARCHAR NOT NULL,
    "event_type" VARCHAR NOT NULL,
    "event_at" TIMESTAMP NOT NULL,
    "time_precision" VARCHAR NOT NULL,
    "time_zone_name" VARCHAR NOT NULL,
    "company_code" VARCHAR,
    "vendor_id" VARCHAR,
    "vendor_name" VARCHAR,
    "category_name" VARCHAR,
    "document_type_name" VARCHAR,
    "item_type_name" VARCHAR,
    "net_worth_amount" DECIMAL(18,2),
    "currency_code" VARCHAR,
    "user_code" VARCHAR,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."logged_events" IS 'One event of one purchase order item; events alike in every column are each a posting of their own. Version 1; key: event_id.';
COMMENT ON COLUMN "curated"."logged_events"."event_id" IS 'Hash of the event''s content and its occurrence number in the file. Made by Headrace where the source has none.';
COMMENT ON COLUMN "curated"."logged_events"."source_system_code" IS 'The ledger system in which the case lives.';
COMMENT ON COLUMN "curated"."logged_events"."case_id" IS 'Purchase order and item, `<po>_<item>`.';
COMMENT ON COLUMN "curated"."logged_events"."activity_name" IS 'What happened, in the source''s words.';
COMMENT ON COLUMN "curated"."logged_events"."event_type" IS 'What happened, in Headrace''s words.';
COMMENT ON COLUMN "curated"."logged_events"."event_at" IS 'When, UTC. Unit: UTC timestamp.';
COMMENT ON COLUMN "curated"."logged_events"."time_precision" IS '`day` where the time of day is a placeholder, else `minute`.';
COMMENT ON COLUMN "curated"."logged_events"."time_zone_name" IS 'Zone of the paying company: its date is the event''s date.';
COMMENT ON COLUMN "curated"."logged_events"."company_code" IS 'The paying company.';
COMMENT ON COLUMN "curated"."logged_events"."vendor_id" IS 'The vendor''s id; several ids may bear one name.';
COMMENT ON COLUMN "curated"."logged_events"."vendor_name" IS 'The vendor''s name, which is no key.';
COMMENT ON COLUMN "curated"."logged_events"."category_name" IS 'What is bought, by spend area.';
COMMENT ON COLUMN "curated"."logged_events"."document_type_name" IS 'Standard, framework or electronic order and so on.';
COMMENT ON COLUMN "curated"."logged_events"."item_type_name" IS 'Service, standard, third party and so on.';
COMMENT ON COLUMN "curated"."logged_events"."net_worth_amount" IS 'Cumulative net worth of the item at the event. Unit: currency_code.';
COMMENT ON COLUMN "curated"."logged_events"."currency_code" IS 'ISO 4217 code of the amounts.';
COMMENT ON COLUMN "curated"."logged_events"."user_code" IS 'Who posted; NONE is the system itself. Personal: a keyed hash.';
COMMENT ON COLUMN "curated"."logged_events"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."logged_events"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."logged_events"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."logged_events"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "curated"."vendors" (
    "source_system_code" VARCHAR NOT NULL,
    "vendor_id" VARCHAR NOT NULL,
    "changed_at" TIMESTAMP,
    "vendor_name" VARCHAR NOT NULL,
    "country_code" VARCHAR,
    "payment_terms_days" INTEGER,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."vendors" IS 'One vendor id of one ledger system. Version 1; key: source_system_code, vendor_id.';
COMMENT ON COLUMN "curated"."vendors"."source_system_code" IS 'The ledger system in which the document lives.';
COMMENT ON COLUMN "curated"."vendors"."vendor_id" IS 'The vendor''s id; several ids may bear one name.';
COMMENT ON COLUMN "curated"."vendors"."changed_at" IS 'When the entry was last changed: its version. Unit: UTC timestamp.';
COMMENT ON COLUMN "curated"."vendors"."vendor_name" IS 'The vendor''s name, which is no key.';
COMMENT ON COLUMN "curated"."vendors"."country_code" IS 'ISO 3166 code of the vendor''s country.';
COMMENT ON COLUMN "curated"."vendors"."payment_terms_days" IS 'Agreed time to pay, from the vendor''s document date. Unit: calendar days.';
COMMENT ON COLUMN "curated"."vendors"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."vendors"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."vendors"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."vendors"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "curated"."purchase_orders" (
    "source_system_code" VARCHAR NOT NULL,
    "po_number" VARCHAR NOT NULL,
    "item_number" VARCHAR NOT NULL,
    "changed_at" TIMESTAMP,
    "ordered_on" DATE NOT NULL,
    "submitted_at" TIMESTAMP,
    "released_at" TIMESTAMP,
    "time_zone_name" VARCHAR NOT NULL,
    "company_code" VARCHAR,
    "vendor_id" VARCHAR NOT NULL,
    "vendor_name" VARCHAR,
    "category_name" VARCHAR,
    "ordered_qty" DECIMAL(18,3),
    "ordered_amount" DECIMAL(18,2),
    "unit_price_amount" DECIMAL(18,4),
    "currency_code" VARCHAR NOT NULL,
    "status_code" VARCHAR NOT NULL,
    "requester_name" VARCHAR,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."purchase_orders" IS 'One item of a purchase order. Version 1; key: source_system_code, po_number, item_number.';
COMMENT ON COLUMN "curated"."purchase_orders"."source_system_code" IS 'The ledger system in which the document lives.';
COMMENT ON COLUMN "curated"."purchase_orders"."po_number" IS 'Number of the purchase order.';
COMMENT ON COLUMN "curated"."purchase_orders"."item_number" IS 'Number of the item within the order.';
COMMENT ON COLUMN "curated"."purchase_orders"."changed_at" IS 'When the item was last changed: its version. Unit: UTC timestamp.';
COMMENT ON COLUMN "curated"."purchase_orders"."ordered_on" IS 'Date of the order.';
COMMENT ON COLUMN "curated"."purchase_orders"."submitted_at" IS 'Submission for approval. Unit: UTC timestamp.';
COMMENT ON COLUMN "curated"."purchase_orders"."released_at" IS 'Release: the approval. Unit: UTC timestamp.';
COMMENT ON COLUMN "curated"."purchase_orders"."time_zone_name" IS 'Zone of the paying company: its date is the event''s date.';
COMMENT ON COLUMN "curated"."purchase_orders"."company_code" IS 'The paying company.';
COMMENT ON COLUMN "curated"."purchase_orders"."vendor_id" IS 'The vendor''s id.';
COMMENT ON COLUMN "curated"."purchase_orders"."vendor_name" IS 'The vendor''s name, which is no key.';
COMMENT ON COLUMN "curated"."purchase_orders"."category_name" IS 'What is bought, by spend area.';
COMMENT ON COLUMN "curated"."purchase_orders"."ordered_qty" IS 'Quantity ordered.';
COMMENT ON COLUMN "curated"."purchase_orders"."ordered_amount" IS 'Net worth ordered, as the source says it. Unit: currency_code.';
COMMENT ON COLUMN "curated"."purchase_orders"."unit_price_amount" IS 'Net price of one unit of `ordered_qty`. Unit: currency_code.';
COMMENT ON COLUMN "curated"."purchase_orders"."currency_code" IS 'ISO 4217 code of the amounts.';
COMMENT ON COLUMN "curated"."purchase_orders"."status_code" IS '`open`, `closed` or `cancelled`.';
COMMENT ON COLUMN "curated"."purchase_orders"."requester_name" IS 'Who asked for it. Personal: a keyed hash.';
COMMENT ON COLUMN "curated"."purchase_orders"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."purchase_orders"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."purchase_orders"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."purchase_orders"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "curated"."approvals" (
    "source_system_code" VARCHAR NOT NULL,
    "approval_number" VARCHAR NOT NULL,
    "po_number" VARCHAR NOT NULL,
    "item_number" VARCHAR NOT NULL,
    "submitted_at" TIMESTAMP NOT NULL,
    "released_at" TIMESTAMP,
    "time_zone_name" VARCHAR NOT NULL,
    "is_manual" BOOLEAN NOT NULL,
    "approver_name" VARCHAR,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."approvals" IS 'One approval of one purchase order item; a change may ask for another. Version 1; key: source_system_code, approval_number.';
COMMENT ON COLUMN "curated"."approvals"."source_system_code" IS 'The ledger system in which the document lives.';
COMMENT ON COLUMN "curated"."approvals"."approval_number" IS 'Number of the approval.';
COMMENT ON COLUMN "curated"."approvals"."po_number" IS 'Number of the purchase order.';
COMMENT ON COLUMN "curated"."approvals"."item_number" IS 'Number of the item within the order.';
COMMENT ON COLUMN "curated"."approvals"."submitted_at" IS 'The request: not the approval. Unit: UTC timestamp.';
COMMENT ON COLUMN "curated"."approvals"."released_at" IS 'The approval; null while it is awaited. Unit: UTC timestamp.';
COMMENT ON COLUMN "curated"."approvals"."time_zone_name" IS 'Zone of the paying company: its date is the event''s date.';
COMMENT ON COLUMN "curated"."approvals"."is_manual" IS 'Decided by a person, not by a release strategy.';
COMMENT ON COLUMN "curated"."approvals"."approver_name" IS 'Who approved. Personal: a keyed hash.';
COMMENT ON COLUMN "curated"."approvals"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."approvals"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."approvals"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."approvals"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "curated"."purchase_order_changes" (
    "source_system_code" VARCHAR NOT NULL,
    "po_number" VARCHAR NOT NULL,
    "item_number" VARCHAR NOT NULL,
    "change_number" VARCHAR NOT NULL,
    "changed_at" TIMESTAMP NOT NULL,
    "time_zone_name" VARCHAR NOT NULL,
    "change_type_code" VARCHAR NOT NULL,
    "old_value_text" VARCHAR,
    "new_value_text" VARCHAR,
    "changed_by_name" VARCHAR,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."purchase_order_changes" IS 'One change of one purchase order item. Version 1; key: source_system_code, po_number, item_number, change_number.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."source_system_code" IS 'The ledger system in which the document lives.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."po_number" IS 'Number of the purchase order.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."item_number" IS 'Number of the item within the order.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."change_number" IS 'Number of the change within the item.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."changed_at" IS 'When. Unit: UTC timestamp.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."time_zone_name" IS 'Zone of the paying company: its date is the event''s date.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."change_type_code" IS 'One of price, quantity, terms, deleted, reactivated, other.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."old_value_text" IS 'What stood there, in the source''s words.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."new_value_text" IS 'What stands there now.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."changed_by_name" IS 'Who changed it. Personal: a keyed hash.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."purchase_order_changes"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "curated"."goods_receipts" (
    "source_system_code" VARCHAR NOT NULL,
    "receipt_number" VARCHAR NOT NULL,
    "line_number" VARCHAR NOT NULL,
    "po_number" VARCHAR NOT NULL,
    "item_number" VARCHAR NOT NULL,
    "received_on" DATE NOT NULL,
    "time_zone_name" VARCHAR NOT NULL,
    "received_qty" DECIMAL(18,3),
    "received_amount" DECIMAL(18,2),
    "currency_code" VARCHAR,
    "reverses_receipt_number" VARCHAR,
    "receiver_name" VARCHAR,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."goods_receipts" IS 'One line of a goods receipt, or of one that takes a receipt back. Version 1; key: source_system_code, receipt_number, line_number.';
COMMENT ON COLUMN "curated"."goods_receipts"."source_system_code" IS 'The ledger system in which the document lives.';
COMMENT ON COLUMN "curated"."goods_receipts"."receipt_number" IS 'Number of the goods receipt.';
COMMENT ON COLUMN "curated"."goods_receipts"."line_number" IS 'Number of the line within the receipt.';
COMMENT ON COLUMN "curated"."goods_receipts"."po_number" IS 'Number of the purchase order.';
COMMENT ON COLUMN "curated"."goods_receipts"."item_number" IS 'Number of the item within the order.';
COMMENT ON COLUMN "curated"."goods_receipts"."received_on" IS 'Local date of the posting.';
COMMENT ON COLUMN "curated"."goods_receipts"."time_zone_name" IS 'Zone of the paying company: its date is the event''s date.';
COMMENT ON COLUMN "curated"."goods_receipts"."received_qty" IS 'Quantity received, or taken back.';
COMMENT ON COLUMN "curated"."goods_receipts"."received_amount" IS 'Its worth at the order''s price. Unit: currency_code.';
COMMENT ON COLUMN "curated"."goods_receipts"."currency_code" IS 'ISO 4217 code of the amount.';
COMMENT ON COLUMN "curated"."goods_receipts"."reverses_receipt_number" IS 'The receipt whose lines of the item this one takes back; else null.';
COMMENT ON COLUMN "curated"."goods_receipts"."receiver_name" IS 'Who received it. Personal: a keyed hash.';
COMMENT ON COLUMN "curated"."goods_receipts"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."goods_receipts"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."goods_receipts"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."goods_receipts"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "curated"."invoices" (
    "source_system_code" VARCHAR NOT NULL,
    "invoice_number" VARCHAR NOT NULL,
    "line_number" VARCHAR NOT NULL,
    "po_number" VARCHAR NOT NULL,
    "item_number" VARCHAR NOT NULL,
    "vendor_id" VARCHAR NOT NULL,
    "invoiced_on" DATE NOT NULL,
    "recorded_at" TIMESTAMP,
    "cleared_on" DATE,
    "time_zone_name" VARCHAR NOT NULL,
    "invoiced_amount" DECIMAL(18,2) NOT NULL,
    "currency_code" VARCHAR NOT NULL,
    "reverses_invoice_number" VARCHAR,
    "clerk_name" VARCHAR,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."invoices" IS 'One line of an invoice. Version 1; key: source_system_code, invoice_number, line_number.';
COMMENT ON COLUMN "curated"."invoices"."source_system_code" IS 'The ledger system in which the document lives.';
COMMENT ON COLUMN "curated"."invoices"."invoice_number" IS 'The ledger''s own number of the invoice.';
COMMENT ON COLUMN "curated"."invoices"."line_number" IS 'Number of the line within the invoice.';
COMMENT ON COLUMN "curated"."invoices"."po_number" IS 'Number of the purchase order.';
COMMENT ON COLUMN "curated"."invoices"."item_number" IS 'Number of the item within the order.';
COMMENT ON COLUMN "curated"."invoices"."vendor_id" IS 'The vendor''s id.';
COMMENT ON COLUMN "curated"."invoices"."invoiced_on" IS 'The vendor''s document date: payment terms run from here.';
COMMENT ON COLUMN "curated"."invoices"."recorded_at" IS 'When the invoice was posted. Unit: UTC timestamp.';
COMMENT ON COLUMN "curated"."invoices"."cleared_on" IS 'When the invoice was cleared; null while it is open.';
COMMENT ON COLUMN "curated"."invoices"."time_zone_name" IS 'Zone of the paying company: its date is the event''s date.';
COMMENT ON COLUMN "curated"."invoices"."invoiced_amount" IS 'Net amount of the line; a credit is negative. Unit: currency_code.';
COMMENT ON COLUMN "curated"."invoices"."currency_code" IS 'ISO 4217 code of the amounts.';
COMMENT ON COLUMN "curated"."invoices"."reverses_invoice_number" IS 'The invoice whose lines of the item this one takes back; else null.';
COMMENT ON COLUMN "curated"."invoices"."clerk_name" IS 'Who posted it. Personal: a keyed hash.';
COMMENT ON COLUMN "curated"."invoices"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."invoices"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."invoices"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."invoices"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "curated"."payment_blocks" (
    "source_system_code" VARCHAR NOT NULL,
    "invoice_number" VARCHAR NOT NULL,
    "block_number" VARCHAR NOT NULL,
    "blocked_at" TIMESTAMP NOT NULL,
    "removed_at" TIMESTAMP,
    "time_zone_name" VARCHAR NOT NULL,
    "block_reason_name" VARCHAR,
    "remover_name" VARCHAR,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."payment_blocks" IS 'One payment block of one invoice. Version 1; key: source_system_code, invoice_number, block_number.';
COMMENT ON COLUMN "curated"."payment_blocks"."source_system_code" IS 'The ledger system in which the document lives.';
COMMENT ON COLUMN "curated"."payment_blocks"."invoice_number" IS 'The blocked invoice, all of it.';
COMMENT ON COLUMN "curated"."payment_blocks"."block_number" IS 'Number of the block within the invoice.';
COMMENT ON COLUMN "curated"."payment_blocks"."blocked_at" IS 'When the block was set. Unit: UTC timestamp.';
COMMENT ON COLUMN "curated"."payment_blocks"."removed_at" IS 'When it was removed; null while it stands. Unit: UTC timestamp.';
COMMENT ON COLUMN "curated"."payment_blocks"."time_zone_name" IS 'Zone of the paying company: its date is the event''s date.';
COMMENT ON COLUMN "curated"."payment_blocks"."block_reason_name" IS 'Why: price, quantity, manual and so on.';
COMMENT ON COLUMN "curated"."payment_blocks"."remover_name" IS 'Who removed it. Personal: a keyed hash.';
COMMENT ON COLUMN "curated"."payment_blocks"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."payment_blocks"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."payment_blocks"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."payment_blocks"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "curated"."payments" (
    "source_system_code" VARCHAR NOT NULL,
    "payment_number" VARCHAR NOT NULL,
    "invoice_number" VARCHAR NOT NULL,
    "paid_on" DATE NOT NULL,
    "time_zone_name" VARCHAR NOT NULL,
    "paid_amount" DECIMAL(18,2) NOT NULL,
    "currency_code" VARCHAR NOT NULL,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL,
    "delivery_order" VARCHAR
);
COMMENT ON TABLE "curated"."payments" IS 'What one payment pays of one invoice. Version 1; key: source_system_code, payment_number, invoice_number.';
COMMENT ON COLUMN "curated"."payments"."source_system_code" IS 'The ledger system in which the document lives.';
COMMENT ON COLUMN "curated"."payments"."payment_number" IS 'Number of the payment.';
COMMENT ON COLUMN "curated"."payments"."invoice_number" IS 'The invoice that it pays, all of it or a part.';
COMMENT ON COLUMN "curated"."payments"."paid_on" IS 'Date of the payment.';
COMMENT ON COLUMN "curated"."payments"."time_zone_name" IS 'Zone of the paying company: its date is the event''s date.';
COMMENT ON COLUMN "curated"."payments"."paid_amount" IS 'Paid for this invoice; negative where money came back. Unit: currency_code.';
COMMENT ON COLUMN "curated"."payments"."currency_code" IS 'ISO 4217 code of the amounts.';
COMMENT ON COLUMN "curated"."payments"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "curated"."payments"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "curated"."payments"."record_number" IS 'Number of the record in the raw file, the first after the header is 1.';
COMMENT ON COLUMN "curated"."payments"."delivery_order" IS 'Where the delivery stands in its source''s order; greater is later.';

CREATE TABLE "marts"."procurement_events" (
    "event_id" VARCHAR NOT NULL,
    "source_system_code" VARCHAR NOT NULL,
    "case_id" VARCHAR NOT NULL,
    "event_type" VARCHAR NOT NULL,
    "activity_name" VARCHAR,
    "event_at" TIMESTAMP NOT NULL,
    "event_on" DATE NOT NULL,
    "time_precision" VARCHAR NOT NULL,
    "document_id" VARCHAR,
    "amount" DECIMAL(18,2),
    "currency_code" VARCHAR,
    "is_reversal" BOOLEAN NOT NULL,
    "is_reversed" BOOLEAN NOT NULL,
    "is_after_data_through" BOOLEAN NOT NULL,
    "table_name" VARCHAR NOT NULL,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL
);
COMMENT ON TABLE "marts"."procurement_events" IS 'One event of one case (of a document: one for each of its dates; of a payment or block: for each item). Version 1; key: event_id.';
COMMENT ON COLUMN "marts"."procurement_events"."event_id" IS 'The log''s event id, or a hash of table, key and event type.';
COMMENT ON COLUMN "marts"."procurement_events"."source_system_code" IS 'The ledger system in which the case lives.';
COMMENT ON COLUMN "marts"."procurement_events"."case_id" IS 'Purchase order and item, `<po>_<item>`.';
COMMENT ON COLUMN "marts"."procurement_events"."event_type" IS 'One of requisition_created, order_created, order_submitted, order_released, order_confirmed, order_changed, order_deleted, order_reactivated, goods_received, goods_receipt_cancelled, service_entered, invoice_issued, debit_memo_issued, invoice_recorded, invoice_cancelled, subsequent_invoice_recorded, subsequent_invoice_cancelled, payment_block_set, payment_block_removed, invoice_cleared, invoice_paid, approval_changed, workflow.';
COMMENT ON COLUMN "marts"."procurement_events"."activity_name" IS 'What happened, in the source''s words; null for documents.';
COMMENT ON COLUMN "marts"."procurement_events"."event_at" IS 'When; local midnight where only the date is known. Unit: UTC timestamp.';
COMMENT ON COLUMN "marts"."procurement_events"."event_on" IS 'The paying company''s local date of the event.';
COMMENT ON COLUMN "marts"."procurement_events"."time_precision" IS '`day` where no time of day is known, else `minute`.';
COMMENT ON COLUMN "marts"."procurement_events"."document_id" IS 'The invoice, receipt, approval or change that the event belongs to; null where the source has none.';
COMMENT ON COLUMN "marts"."procurement_events"."amount" IS 'Amount of the posting; null where the source has none. Unit: currency_code.';
COMMENT ON COLUMN "marts"."procurement_events"."currency_code" IS 'ISO 4217 code of the amount.';
COMMENT ON COLUMN "marts"."procurement_events"."is_reversal" IS 'A cancellation paired with the posting that it takes back.';
COMMENT ON COLUMN "marts"."procurement_events"."is_reversed" IS 'A posting taken back by a cancellation, or what else happened to an invoice taken back: no leg begins or ends here.';
COMMENT ON COLUMN "marts"."procurement_events"."is_after_data_through" IS 'Dated after the last day for which its source is complete.';
COMMENT ON COLUMN "marts"."procurement_events"."table_name" IS 'Curated table that the event comes from.';
COMMENT ON COLUMN "marts"."procurement_events"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "marts"."procurement_events"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "marts"."procurement_events"."record_number" IS 'Number of the record in the raw file.';

CREATE TABLE "marts"."procurement_coverage" (
    "source_name" VARCHAR NOT NULL,
    "table_name" VARCHAR NOT NULL,
    "data_from" DATE,
    "data_from_rule" VARCHAR NOT NULL,
    "data_through" DATE,
    "data_through_rule" VARCHAR NOT NULL,
    "event_after_data_through_count" BIGINT NOT NULL,
    "stray_day_count" BIGINT NOT NULL
);
COMMENT ON TABLE "marts"."procurement_coverage" IS 'One source and curated table. Version 1; key: source_name, table_name.';
COMMENT ON COLUMN "marts"."procurement_coverage"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "marts"."procurement_coverage"."table_name" IS 'Curated table that the source fills.';
COMMENT ON COLUMN "marts"."procurement_coverage"."data_from" IS 'First day for which the source is complete.';
COMMENT ON COLUMN "marts"."procurement_coverage"."data_from_rule" IS '`configured`, or the rule by which it was derived.';
COMMENT ON COLUMN "marts"."procurement_coverage"."data_through" IS 'Last day for which the source is complete: open legs are censored here.';
COMMENT ON COLUMN "marts"."procurement_coverage"."data_through_rule" IS '`configured`, `as_of` where that cut it short, or the rule by which it was derived.';
COMMENT ON COLUMN "marts"."procurement_coverage"."event_after_data_through_count" IS 'Events dated later; they never move it.';
COMMENT ON COLUMN "marts"."procurement_coverage"."stray_day_count" IS 'Days with events that count neither for the first day nor for the last: mistyped, by rule.';

CREATE TABLE "marts"."procurement_legs" (
    "source_system_code" VARCHAR NOT NULL,
    "case_id" VARCHAR NOT NULL,
    "leg" VARCHAR NOT NULL,
    "occurrence_number" INTEGER NOT NULL,
    "document_id" VARCHAR,
    "company_code" VARCHAR,
    "vendor_id" VARCHAR,
    "category_name" VARCHAR,
    "leg_status" VARCHAR NOT NULL,
    "reason" VARCHAR,
    "start_on" DATE,
    "end_on" DATE,
    "first_paid_on" DATE,
    "month" DATE,
    "duration_days" INTEGER,
    "duration_business_days" INTEGER,
    "censored_days" INTEGER,
    "payment_terms_days" INTEGER,
    "due_on" DATE,
    "late_days" INTEGER,
    "is_late" BOOLEAN,
    "is_inferred_pair" BOOLEAN NOT NULL,
    "is_end_after_data_through" BOOLEAN NOT NULL,
    "window_status" VARCHAR,
    "start_event_id" VARCHAR,
    "end_event_id" VARCHAR
);
COMMENT ON TABLE "marts"."procurement_legs" IS 'One leg of one document of a case, at least one row for each case and leg. Version 1; key: source_system_code, case_id, leg, occurrence_number.';
COMMENT ON COLUMN "marts"."procurement_legs"."source_system_code" IS 'The ledger system in which the case lives.';
COMMENT ON COLUMN "marts"."procurement_legs"."case_id" IS 'Purchase order and item, `<po>_<item>`.';
COMMENT ON COLUMN "marts"."procurement_legs"."leg" IS 'One of requisition_to_order, order_to_submission, submission_to_release, order_to_receipt, receipt_to_invoice_date, invoice_date_to_recorded, recorded_to_released, recorded_to_cleared, invoice_date_to_cleared, order_to_cleared, recorded_to_paid, invoice_date_to_paid, order_to_paid.';
COMMENT ON COLUMN "marts"."procurement_legs"."occurrence_number" IS '1 for the first of its leg in the case.';
COMMENT ON COLUMN "marts"."procurement_legs"."document_id" IS 'The document measured: an invoice, receipt or approval; null where the source has none.';
COMMENT ON COLUMN "marts"."procurement_legs"."company_code" IS 'The paying company.';
COMMENT ON COLUMN "marts"."procurement_legs"."vendor_id" IS 'The vendor''s id; several ids may bear one name.';
COMMENT ON COLUMN "marts"."procurement_legs"."category_name" IS 'What is bought, by spend area; null where the source has none.';
COMMENT ON COLUMN "marts"."procurement_legs"."leg_status" IS 'One of closed, open, not_applicable, ended_otherwise.';
COMMENT ON COLUMN "marts"."procurement_legs"."reason" IS 'Why it is not closed or open: one of not_recorded, not_started, start_missing, amount_unknown, nothing_to_pay, never_expected, no_block, deleted, all_reversed.';
COMMENT ON COLUMN "marts"."procurement_legs"."start_on" IS 'Local date of the start event.';
COMMENT ON COLUMN "marts"."procurement_legs"."end_on" IS 'Local date of the end event.';
COMMENT ON COLUMN "marts"."procurement_legs"."first_paid_on" IS 'Date of the first payment of the invoice, of a part of it too; null where there is none, where the leg has no invoice, and in legs that do not end with a payment.';
COMMENT ON COLUMN "marts"."procurement_legs"."month" IS 'First day of the month of `start_on`.';
COMMENT ON COLUMN "marts"."procurement_legs"."duration_days" IS 'Start to end, null unless closed; negative where the end is dated first. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_legs"."duration_business_days" IS 'Start to end by the paying company''s calendar, `[start, end)`, null unless closed; signed. Unit: business days.';
COMMENT ON COLUMN "marts"."procurement_legs"."censored_days" IS 'Start to `data_through` of the end''s source, null unless open; at least 0. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_legs"."payment_terms_days" IS 'Agreed with the vendor, by the master; of invoice_date_to_cleared and invoice_date_to_paid, else null. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_legs"."due_on" IS '`start_on` and the payment terms.';
COMMENT ON COLUMN "marts"."procurement_legs"."late_days" IS '`due_on` to `end_on`, negative where it was early; null unless closed. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_legs"."is_late" IS 'Closed after `due_on`, or open with `data_through` on or after it; null where that is not known.';
COMMENT ON COLUMN "marts"."procurement_legs"."is_inferred_pair" IS 'Start and end were paired first in, first out.';
COMMENT ON COLUMN "marts"."procurement_legs"."is_end_after_data_through" IS 'The end is dated after its source''s `data_through`.';
COMMENT ON COLUMN "marts"."procurement_legs"."window_status" IS '`left_edge`, `right_edge` or `full`; null where there is no month.';
COMMENT ON COLUMN "marts"."procurement_legs"."start_event_id" IS 'The start event in `procurement_events`.';
COMMENT ON COLUMN "marts"."procurement_legs"."end_event_id" IS 'The end event in `procurement_events`.';

CREATE TABLE "marts"."procurement_cases" (
    "source_system_code" VARCHAR NOT NULL,
    "case_id" VARCHAR NOT NULL,
    "company_code" VARCHAR,
    "vendor_id" VARCHAR,
    "category_name" VARCHAR,
    "vendor_name" VARCHAR,
    "case_status" VARCHAR NOT NULL,
    "ordered_on" DATE,
    "ordered_amount" DECIMAL(18,2),
    "currency_code" VARCHAR,
    "ordered_qty" DECIMAL(18,3),
    "received_qty" DECIMAL(28,3),
    "event_count" BIGINT NOT NULL,
    "distinct_event_count" BIGINT NOT NULL,
    "goods_receipt_count" BIGINT NOT NULL,
    "service_entry_count" BIGINT NOT NULL,
    "invoice_count" BIGINT NOT NULL,
    "clearing_count" BIGINT NOT NULL,
    "reversed_pair_count" BIGINT NOT NULL,
    "unmatched_reversal_count" BIGINT NOT NULL,
    "change_count" BIGINT NOT NULL,
    "approval_count" BIGINT NOT NULL,
    "reapproval_count" BIGINT NOT NULL,
    "manual_approval_count" BIGINT NOT NULL,
    "payment_block_count" BIGINT NOT NULL,
    "received_amount" DECIMAL(28,2),
    "invoiced_amount" DECIMAL(28,2),
    "cleared_amount" DECIMAL(28,2),
    "paid_amount" DECIMAL(28,2),
    "first_received_on" DATE,
    "last_received_on" DATE,
    "first_invoiced_on" DATE,
    "first_cleared_on" DATE,
    "last_cleared_on" DATE,
    "first_paid_on" DATE,
    "last_paid_on" DATE,
    "requisition_to_order_days" INTEGER,
    "order_to_submission_days" INTEGER,
    "submission_to_release_days" INTEGER,
    "order_to_receipt_first_days" INTEGER,
    "order_to_receipt_last_days" INTEGER,
    "receipt_to_invoice_date_days" INTEGER,
    "invoice_date_to_recorded_first_days" INTEGER,
    "invoice_date_to_recorded_last_days" INTEGER,
    "recorded_to_released_first_days" INTEGER,
    "recorded_to_released_last_days" INTEGER,
    "recorded_to_cleared_first_days" INTEGER,
    "recorded_to_cleared_last_days" INTEGER,
    "invoice_date_to_cleared_first_days" INTEGER,
    "invoice_date_to_cleared_last_days" INTEGER,
    "order_to_cleared_first_days" INTEGER,
    "order_to_cleared_last_days" INTEGER,
    "recorded_to_paid_first_days" INTEGER,
    "recorded_to_paid_last_days" INTEGER,
    "invoice_date_to_paid_first_days" INTEGER,
    "invoice_date_to_paid_last_days" INTEGER,
    "order_to_paid_first_days" INTEGER,
    "order_to_paid_last_days" INTEGER,
    "three_way_match_status" VARCHAR,
    "three_way_match_reason" VARCHAR,
    "is_deleted" BOOLEAN NOT NULL,
    "has_several_vendor_ids" BOOLEAN NOT NULL,
    "has_event_after_data_through" BOOLEAN NOT NULL,
    "has_invoice_before_order" BOOLEAN NOT NULL,
    "has_price_change" BOOLEAN NOT NULL,
    "has_quantity_change" BOOLEAN NOT NULL,
    "has_terms_change" BOOLEAN NOT NULL,
    "has_manual_reapproval" BOOLEAN NOT NULL,
    "has_unallocated_payment" BOOLEAN NOT NULL
);
COMMENT ON TABLE "marts"."procurement_cases" IS 'One purchase order item. Version 1; key: source_system_code, case_id.';
COMMENT ON COLUMN "marts"."procurement_cases"."source_system_code" IS 'The ledger system in which the case lives.';
COMMENT ON COLUMN "marts"."procurement_cases"."case_id" IS 'Purchase order and item, `<po>_<item>`.';
COMMENT ON COLUMN "marts"."procurement_cases"."company_code" IS 'The paying company.';
COMMENT ON COLUMN "marts"."procurement_cases"."vendor_id" IS 'The vendor''s id; several ids may bear one name.';
COMMENT ON COLUMN "marts"."procurement_cases"."category_name" IS 'What is bought, by spend area; null where the source has none.';
COMMENT ON COLUMN "marts"."procurement_cases"."vendor_name" IS 'The vendor''s name, which is no key.';
COMMENT ON COLUMN "marts"."procurement_cases"."case_status" IS '`cleared` (every recorded invoice), `invoiced`, `received`, `ordered`, `reversed` (every invoice taken back), `deleted` (finally, with nothing received, invoiced or cleared) or `orphan` (events without an order).';
COMMENT ON COLUMN "marts"."procurement_cases"."ordered_on" IS 'Local date of the order.';
COMMENT ON COLUMN "marts"."procurement_cases"."ordered_amount" IS 'Net worth of the item: the order''s, else the log''s latest. Unit: currency_code.';
COMMENT ON COLUMN "marts"."procurement_cases"."currency_code" IS 'ISO 4217 code of the amounts.';
COMMENT ON COLUMN "marts"."procurement_cases"."ordered_qty" IS 'Quantity ordered, by the order.';
COMMENT ON COLUMN "marts"."procurement_cases"."received_qty" IS 'Sum of the goods receipts that stand; null where there is none.';
COMMENT ON COLUMN "marts"."procurement_cases"."event_count" IS 'Events of the case, alike ones counted each.';
COMMENT ON COLUMN "marts"."procurement_cases"."distinct_event_count" IS 'Events of the case, alike ones counted once.';
COMMENT ON COLUMN "marts"."procurement_cases"."goods_receipt_count" IS 'Goods receipts, reversed ones not counted.';
COMMENT ON COLUMN "marts"."procurement_cases"."service_entry_count" IS 'Service entry sheets: not receipts.';
COMMENT ON COLUMN "marts"."procurement_cases"."invoice_count" IS 'Invoices recorded, reversed ones not counted.';
COMMENT ON COLUMN "marts"."procurement_cases"."clearing_count" IS 'Clearings.';
COMMENT ON COLUMN "marts"."procurement_cases"."reversed_pair_count" IS 'Postings taken back by a cancellation.';
COMMENT ON COLUMN "marts"."procurement_cases"."unmatched_reversal_count" IS 'Cancellations with no posting before them.';
COMMENT ON COLUMN "marts"."procurement_cases"."change_count" IS 'Changes of the item.';
COMMENT ON COLUMN "marts"."procurement_cases"."approval_count" IS 'Approvals released: documents, or where the item has none, events; re-approvals included.';
COMMENT ON COLUMN "marts"."procurement_cases"."reapproval_count" IS 'Approvals beyond the first.';
COMMENT ON COLUMN "marts"."procurement_cases"."manual_approval_count" IS 'Approval documents that a person released.';
COMMENT ON COLUMN "marts"."procurement_cases"."payment_block_count" IS 'Payment blocks set on invoices that stand.';
COMMENT ON COLUMN "marts"."procurement_cases"."received_amount" IS 'Sum of the goods receipts that stand; null where one has no amount, or another currency. Unit: currency_code.';
COMMENT ON COLUMN "marts"."procurement_cases"."invoiced_amount" IS 'Sum of recorded invoices; null where the source gives no amounts, or several currencies. Unit: currency_code.';
COMMENT ON COLUMN "marts"."procurement_cases"."cleared_amount" IS 'Sum of the invoice lines that stand and are cleared; null where there is none, or several currencies. Unit: currency_code.';
COMMENT ON COLUMN "marts"."procurement_cases"."paid_amount" IS 'Sum of the item''s parts of payments; null where there is none, or several currencies. Unit: currency_code.';
COMMENT ON COLUMN "marts"."procurement_cases"."first_received_on" IS 'Local date of the first goods receipt.';
COMMENT ON COLUMN "marts"."procurement_cases"."last_received_on" IS 'Local date of the last goods receipt.';
COMMENT ON COLUMN "marts"."procurement_cases"."first_invoiced_on" IS 'First document date of an invoice.';
COMMENT ON COLUMN "marts"."procurement_cases"."first_cleared_on" IS 'Local date of the first clearing.';
COMMENT ON COLUMN "marts"."procurement_cases"."last_cleared_on" IS 'Local date of the last clearing.';
COMMENT ON COLUMN "marts"."procurement_cases"."first_paid_on" IS 'Date of the first payment of an invoice that stands, of a part of it too.';
COMMENT ON COLUMN "marts"."procurement_cases"."last_paid_on" IS 'Date of the last payment of an invoice that stands.';
COMMENT ON COLUMN "marts"."procurement_cases"."requisition_to_order_days" IS 'Requisition to the order that it became. Null unless closed. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."order_to_submission_days" IS 'Order to its submission for approval; signed, since some systems create the item after it. Null unless closed. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."submission_to_release_days" IS 'The approval: submission to release. Null unless closed. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."order_to_receipt_first_days" IS 'Order to each goods receipt. The first closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."order_to_receipt_last_days" IS 'Order to each goods receipt. The last closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."receipt_to_invoice_date_days" IS 'First goods receipt to the document date of the first invoice; signed. Null unless closed. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."invoice_date_to_recorded_first_days" IS 'The vendor''s document date to the posting: the intake. The first closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."invoice_date_to_recorded_last_days" IS 'The vendor''s document date to the posting: the intake. The last closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."recorded_to_released_first_days" IS 'Posting to the removal of the payment block: the invoice approval; invoices never blocked have none. The first closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."recorded_to_released_last_days" IS 'Posting to the removal of the payment block: the invoice approval; invoices never blocked have none. The last closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."recorded_to_cleared_first_days" IS 'Posting of an invoice to its clearing. The first closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."recorded_to_cleared_last_days" IS 'Posting of an invoice to its clearing. The last closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."invoice_date_to_cleared_first_days" IS 'The vendor''s document date to the clearing: the headline of invoice to payment. The first closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."invoice_date_to_cleared_last_days" IS 'The vendor''s document date to the clearing: the headline of invoice to payment. The last closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."order_to_cleared_first_days" IS 'Order to each clearing. The first closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."order_to_cleared_last_days" IS 'Order to each clearing. The last closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."recorded_to_paid_first_days" IS 'Posting of an invoice to the payment that pays it in full. The first closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."recorded_to_paid_last_days" IS 'Posting of an invoice to the payment that pays it in full. The last closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."invoice_date_to_paid_first_days" IS 'The vendor''s document date to the payment that pays the invoice in full: invoice to payment, by payments. The first closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."invoice_date_to_paid_last_days" IS 'The vendor''s document date to the payment that pays the invoice in full: invoice to payment, by payments. The last closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."order_to_paid_first_days" IS 'Order to the full payment of each invoice. The first closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."order_to_paid_last_days" IS 'Order to the full payment of each invoice. The last closed one. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_cases"."three_way_match_status" IS 'Order, receipts and invoices compared: one of matched, not_received, not_invoiced, quantity_differs, amount_differs; else null.';
COMMENT ON COLUMN "marts"."procurement_cases"."three_way_match_reason" IS 'Why the status is null: one of not_recorded, no_order, deleted, currency_differs.';
COMMENT ON COLUMN "marts"."procurement_cases"."is_deleted" IS 'Deleted and not reactivated after.';
COMMENT ON COLUMN "marts"."procurement_cases"."has_several_vendor_ids" IS 'The case''s events name more than one vendor id.';
COMMENT ON COLUMN "marts"."procurement_cases"."has_event_after_data_through" IS 'An event is dated after its source''s `data_through`.';
COMMENT ON COLUMN "marts"."procurement_cases"."has_invoice_before_order" IS 'An invoice is dated before the order.';
COMMENT ON COLUMN "marts"."procurement_cases"."has_price_change" IS 'A change document: the price or the net worth.';
COMMENT ON COLUMN "marts"."procurement_cases"."has_quantity_change" IS 'A change document: the quantity.';
COMMENT ON COLUMN "marts"."procurement_cases"."has_terms_change" IS 'A change document: payment terms, delivery date or another condition of the contract.';
COMMENT ON COLUMN "marts"."procurement_cases"."has_manual_reapproval" IS 'A person released an approval beyond the first.';
COMMENT ON COLUMN "marts"."procurement_cases"."has_unallocated_payment" IS 'A payment of one of its invoices is in `procurement_unallocated`: `paid_amount` lacks it.';

CREATE TABLE "marts"."procurement_vendors" (
    "source_system_code" VARCHAR NOT NULL,
    "vendor_id" VARCHAR NOT NULL,
    "vendor_name" VARCHAR,
    "country_code" VARCHAR,
    "payment_terms_days" INTEGER,
    "has_master_entry" BOOLEAN NOT NULL,
    "ids_under_name_count" BIGINT,
    "case_count" BIGINT NOT NULL,
    "currency_count" INTEGER NOT NULL,
    "currency_code" VARCHAR,
    "ordered_amount" DECIMAL(38,2),
    "invoiced_amount" DECIMAL(38,2),
    "cleared_amount" DECIMAL(38,2),
    "paid_amount" DECIMAL(38,2)
);
COMMENT ON TABLE "marts"."procurement_vendors" IS 'One vendor id of one ledger system, of the vendor master or named by any event. Version 1; key: source_system_code, vendor_id.';
COMMENT ON COLUMN "marts"."procurement_vendors"."source_system_code" IS 'The ledger system in which the vendor id lives.';
COMMENT ON COLUMN "marts"."procurement_vendors"."vendor_id" IS 'The vendor''s id; ids of one name are kept apart.';
COMMENT ON COLUMN "marts"."procurement_vendors"."vendor_name" IS 'The master''s name, else that of the latest day on which an event has one.';
COMMENT ON COLUMN "marts"."procurement_vendors"."country_code" IS 'ISO 3166 code of the vendor''s country, of the master.';
COMMENT ON COLUMN "marts"."procurement_vendors"."payment_terms_days" IS 'Agreed time to pay, from the vendor''s document date, of the master. Unit: calendar days.';
COMMENT ON COLUMN "marts"."procurement_vendors"."has_master_entry" IS 'The vendor master has the id.';
COMMENT ON COLUMN "marts"."procurement_vendors"."ids_under_name_count" IS 'Vendor ids of the system under the same name, this one counted; but for case, punctuation and spaces.';
COMMENT ON COLUMN "marts"."procurement_vendors"."case_count" IS 'Cases whose vendor it is.';
COMMENT ON COLUMN "marts"."procurement_vendors"."currency_count" IS 'Currencies of the cases that have any amount.';
COMMENT ON COLUMN "marts"."procurement_vendors"."currency_code" IS 'ISO 4217 code of the amounts; null where there are several.';
COMMENT ON COLUMN "marts"."procurement_vendors"."ordered_amount" IS 'Sum of the cases'' `ordered_amount`; null where there are several currencies, or a case lacks it. Unit: currency_code.';
COMMENT ON COLUMN "marts"."procurement_vendors"."invoiced_amount" IS 'Sum of the cases'' `invoiced_amount`; null where there are several currencies, or a case lacks it. Unit: currency_code.';
COMMENT ON COLUMN "marts"."procurement_vendors"."cleared_amount" IS 'Sum of the cases'' `cleared_amount`; null where there are several currencies, or a case lacks it. Unit: currency_code.';
COMMENT ON COLUMN "marts"."procurement_vendors"."paid_amount" IS 'Sum of the cases'' `paid_amount`; null where there are several currencies, or a case lacks it. Unit: currency_code.';

CREATE TABLE "marts"."procurement_unallocated" (
    "source_system_code" VARCHAR NOT NULL,
    "table_name" VARCHAR NOT NULL,
    "invoice_number" VARCHAR NOT NULL,
    "document_number" VARCHAR NOT NULL,
    "reason" VARCHAR NOT NULL,
    "posted_on" DATE NOT NULL,
    "amount" DECIMAL(18,2),
    "currency_code" VARCHAR,
    "source_name" VARCHAR NOT NULL,
    "landing_file_id" VARCHAR NOT NULL,
    "record_number" BIGINT NOT NULL
);
COMMENT ON TABLE "marts"."procurement_unallocated" IS 'One payment of one invoice, or one payment block, that could not be brought to the items of its invoice. Version 1; key: source_system_code, table_name, invoice_number, document_number.';
COMMENT ON COLUMN "marts"."procurement_unallocated"."source_system_code" IS 'The ledger system in which the document lives.';
COMMENT ON COLUMN "marts"."procurement_unallocated"."table_name" IS 'Curated table that the event comes from.';
COMMENT ON COLUMN "marts"."procurement_unallocated"."invoice_number" IS 'The invoice that the document names.';
COMMENT ON COLUMN "marts"."procurement_unallocated"."document_number" IS 'Number of the payment, or of the block in the invoice.';
COMMENT ON COLUMN "marts"."procurement_unallocated"."reason" IS 'Why: one of invoice_unknown, invoice_incomplete, all_reversed, currency_differs, adds_up_to_zero, too_large.';
COMMENT ON COLUMN "marts"."procurement_unallocated"."posted_on" IS 'Local date of the payment, or of the setting of the block.';
COMMENT ON COLUMN "marts"."procurement_unallocated"."amount" IS 'What was paid, all of it; null for blocks. Unit: currency_code.';
COMMENT ON COLUMN "marts"."procurement_unallocated"."currency_code" IS 'ISO 4217 code of the amount.';
COMMENT ON COLUMN "marts"."procurement_unallocated"."source_name" IS 'Name of the source''s configuration.';
COMMENT ON COLUMN "marts"."procurement_unallocated"."landing_file_id" IS 'The landed delivery; the release names its raw file.';
COMMENT ON COLUMN "marts"."procurement_unallocated"."record_number" IS 'Number of the record in the raw file.';

CREATE TABLE "marts"."cycle_times_monthly" (
    "leg" VARCHAR NOT NULL,
    "cell_grain" VARCHAR NOT NULL,
    "source_system_code" VARCHAR,
    "vendor_id" VARCHAR,
    "category_name" VARCHAR,
    "month" DATE NOT NULL,
    "window_status" VARCHAR NOT NULL,
    "leg_count" BIGINT NOT NULL,
    "closed_count" BIGINT NOT NULL,
    "open_count" BIGINT NOT NULL,
    "ended_otherwise_count" BIGINT NOT NULL,
    "median_days" DOUBLE,
    "p90_days" DOUBLE,
    "median_reason" VARCHAR,
    "p90_reason" VARCHAR,
    "censored_median_days" INTEGER,
    "censored_median_reason" VARCHAR,
    "closed_by_30_days_ratio" DOUBLE,
    "closed_by_60_days_ratio" DOUBLE,
    "closed_by_90_days_ratio" DOUBLE,
    "closed_by_180_days_ratio" DOUBLE
);
COMMENT ON TABLE "marts"."cycle_times_monthly" IS 'One leg of one vendor of a system, category and month of start, and every roll-up of vendor and category. Version 1; key: leg, cell_grain, source_system_code, vendor_id, category_name, month.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."leg" IS 'One of requisition_to_order, order_to_submission, submission_to_release, order_to_receipt, receipt_to_invoice_date, invoice_date_to_recorded, recorded_to_released, recorded_to_cleared, invoice_date_to_cleared, order_to_cleared, recorded_to_paid, invoice_date_to_paid, order_to_paid.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."cell_grain" IS '`vendor_category`, or the roll-up: `vendor`, `category`, `all`; each computed afresh from legs, a document counted once in its cell.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."source_system_code" IS 'The ledger system whose vendor it is: an id names a vendor within its system only; null in roll-ups over vendors, which are over all systems.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."vendor_id" IS 'The vendor; null in roll-ups over vendors, and where none is named.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."category_name" IS 'The category; null in roll-ups over categories, and where there is none.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."month" IS 'First day of the month in which the legs began.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."window_status" IS '`left_edge` or `right_edge`: show grey, never test; else `full`.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."leg_count" IS 'Legs begun in the cell: closed, open and ended otherwise.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."closed_count" IS 'Closed legs.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."open_count" IS 'Open legs.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."ended_otherwise_count" IS 'Legs that will never end.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."median_days" IS 'Median of closed legs, interpolated; null below 5. Unit: calendar days.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."p90_days" IS '90th percentile of closed legs, interpolated; null below 20. Unit: calendar days.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."median_reason" IS '`thin` where the median is null.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."p90_reason" IS '`thin` where the 90th percentile is null.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."censored_median_days" IS 'Kaplan-Meier median of closed and open legs: the first day on which the curve is at one half or below. Unit: calendar days.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."censored_median_reason" IS 'Where null: `thin`, `not_reached`, `not_covered` (open legs, and nothing tells how long they were watched) or `amount_unknown` (legs of which nobody can tell whether they ended: the others would be a choice).';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."closed_by_30_days_ratio" IS 'Kaplan-Meier share closed by day 30; null where no leg was watched so long, or there is no curve.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."closed_by_60_days_ratio" IS 'Kaplan-Meier share closed by day 60; null where no leg was watched so long, or there is no curve.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."closed_by_90_days_ratio" IS 'Kaplan-Meier share closed by day 90; null where no leg was watched so long, or there is no curve.';
COMMENT ON COLUMN "marts"."cycle_times_monthly"."closed_by_180_days_ratio" IS 'Kaplan-Meier share closed by day 180; null where no leg was watched so long, or there is no curve.';

CREATE TABLE "marts"."cycle_times_overall" (
    "leg" VARCHAR NOT NULL,
    "cell_grain" VARCHAR NOT NULL,
    "source_system_code" VARCHAR,
    "vendor_id" VARCHAR,
    "category_name" VARCHAR,
    "not_applicable_count" BIGINT NOT NULL,
    "leg_count" BIGINT NOT NULL,
    "closed_count" BIGINT NOT NULL,
    "open_count" BIGINT NOT NULL,
    "ended_otherwise_count" BIGINT NOT NULL,
    "median_days" DOUBLE,
    "p90_days" DOUBLE,
    "median_reason" VARCHAR,
    "p90_reason" VARCHAR,
    "censored_median_days" INTEGER,
    "censored_median_reason" VARCHAR,
    "closed_by_30_days_ratio" DOUBLE,
    "closed_by_60_days_ratio" DOUBLE,
    "closed_by_90_days_ratio" DOUBLE,
    "closed_by_180_days_ratio" DOUBLE
);
COMMENT ON TABLE "marts"."cycle_times_overall" IS 'One leg of one vendor of a system and category over all months, and every roll-up of vendor and category. Version 1; key: leg, cell_grain, source_system_code, vendor_id, category_name.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."leg" IS 'One of requisition_to_order, order_to_submission, submission_to_release, order_to_receipt, receipt_to_invoice_date, invoice_date_to_recorded, recorded_to_released, recorded_to_cleared, invoice_date_to_cleared, order_to_cleared, recorded_to_paid, invoice_date_to_paid, order_to_paid.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."cell_grain" IS '`vendor_category`, or the roll-up: `vendor`, `category`, `all`; each computed afresh from legs, a document counted once in its cell.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."source_system_code" IS 'The ledger system whose vendor it is: an id names a vendor within its system only; null in roll-ups over vendors, which are over all systems.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."vendor_id" IS 'The vendor; null in roll-ups over vendors, and where none is named.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."category_name" IS 'The category; null in roll-ups over categories, and where there is none.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."not_applicable_count" IS 'Cases and documents to which the leg does not apply.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."leg_count" IS 'Legs begun in the cell: closed, open and ended otherwise.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."closed_count" IS 'Closed legs.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."open_count" IS 'Open legs.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."ended_otherwise_count" IS 'Legs that will never end.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."median_days" IS 'Median of closed legs, interpolated; null below 5. Unit: calendar days.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."p90_days" IS '90th percentile of closed legs, interpolated; null below 20. Unit: calendar days.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."median_reason" IS '`thin` where the median is null.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."p90_reason" IS '`thin` where the 90th percentile is null.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."censored_median_days" IS 'Kaplan-Meier median of closed and open legs: the first day on which the curve is at one half or below. Unit: calendar days.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."censored_median_reason" IS 'Where null: `thin`, `not_reached`, `not_covered` (open legs, and nothing tells how long they were watched) or `amount_unknown` (legs of which nobody can tell whether they ended: the others would be a choice).';
COMMENT ON COLUMN "marts"."cycle_times_overall"."closed_by_30_days_ratio" IS 'Kaplan-Meier share closed by day 30; null where no leg was watched so long, or there is no curve.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."closed_by_60_days_ratio" IS 'Kaplan-Meier share closed by day 60; null where no leg was watched so long, or there is no curve.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."closed_by_90_days_ratio" IS 'Kaplan-Meier share closed by day 90; null where no leg was watched so long, or there is no curve.';
COMMENT ON COLUMN "marts"."cycle_times_overall"."closed_by_180_days_ratio" IS 'Kaplan-Meier share closed by day 180; null where no leg was watched so long, or there is no curve.';
