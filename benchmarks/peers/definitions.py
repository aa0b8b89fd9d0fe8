"""What the files and figures mean, for all three peers: headers, legs, limits (docs/procurement.md)."""

ZONE = "Europe/Berlin"
SYSTEM = "ERP1"
NULL_TOKENS = ("", "NULL", "N/A", "-")
VENDOR_CODE = r"^(?:(?:VENDOR|VEN|V)[ \-_.#:]*|#)?0*([0-9]{1,6})(?:\.0)?$"
CURRENCY_PREFIX = r"^[A-Z]{3} ?"
# Sign, digits, sign: 1,234.50 and (1234.50) and 1234.50-
AMOUNT = r"^(-|\()?((?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]{1,%d}0*)?)(-|\))?$"

# Contract field -> the headers under which files have it.
HEADERS = {
    "purchase_orders": {
        "po_number": ("PO Number", "Purchasing Document", "PO_No"),
        "item_number": ("Item", "Item No"),
        "changed_at": ("Changed At",),
        "ordered_on": ("Order Date", "Ordered On"),
        "submitted_at": ("Submitted At",),
        "released_at": ("Released At",),
        "company_code": ("Company",),
        "vendor_id": ("Vendor", "Vendor Code", "Supplier"),
        "vendor_name": ("Vendor Name",),
        "category_name": ("Category",),
        "ordered_qty": ("Quantity",),
        "ordered_amount": ("Net Amount", "Net Value"),
        "currency_code": ("Currency",),
        "status_code": ("Status",),
        "requester_name": ("Requester",),
    },
    "invoices": {
        "invoice_number": ("Invoice No", "Invoice Number"),
        "line_number": ("Line",),
        "po_number": ("PO Number", "Purchasing Document", "PO_No"),
        "item_number": ("Item", "Item No"),
        "vendor_id": ("Vendor", "Vendor Code", "Supplier"),
        "invoiced_on": ("Invoice Date",),
        "recorded_at": ("Posted At",),
        "cleared_on": ("Cleared On",),
        "invoiced_amount": ("Amount", "Invoice Amount"),
        "currency_code": ("Currency",),
        "clerk_name": ("Clerk",),
    },
}
REQUIRED = {
    "purchase_orders": (
        "po_number",
        "item_number",
        "changed_at",
        "ordered_on",
        "vendor_id",
        "ordered_amount",
        "currency_code",
        "status_code",
    ),
    "invoices": (
        "invoice_number",
        "line_number",
        "po_number",
        "item_number",
        "vendor_id",
        "invoiced_on",
        "recorded_at",
        "invoiced_amount",
        "currency_code",
    ),
}
WIDTHS = {"po_number": 10, "item_number": 5, "invoice_number": 10, "line_number": 3}
DATES = ("ordered_on", "invoiced_on", "cleared_on")
TIMES = ("changed_at", "submitted_at", "released_at", "recorded_at")
AMOUNT_SCALES = {"ordered_qty": 3, "ordered_amount": 2, "invoiced_amount": 2}
CODES = {"company_code": "^.+$", "currency_code": "^[A-Z]{3}$"}
NAMES = ("vendor_name", "category_name")
PERSONAL = ("requester_name", "clerk_name")
STATUSES = ("open", "closed", "cancelled")

# Legs of which a document source does not record one of the ends.
NOT_RECORDED = (
    "requisition_to_order",
    "order_to_receipt",
    "receipt_to_invoice_date",
    "recorded_to_released",
    "recorded_to_paid",
    "invoice_date_to_paid",
    "order_to_paid",
)
# Of these an invoice has one, from its first line of the item on.
ONE_OF_AN_INVOICE = ("recorded_to_paid", "invoice_date_to_paid")
# Legs that are watched until the orders' or the invoices' last day; nobody records the ends of the others.
ENDS_WITH_ORDERS = ("requisition_to_order", "order_to_submission", "submission_to_release")
ENDS_WITH_INVOICES = (
    "receipt_to_invoice_date",
    "invoice_date_to_recorded",
    "recorded_to_cleared",
    "invoice_date_to_cleared",
    "order_to_cleared",
)
# Legs that begin after the order: their first months are cut off.
BEGINS_LATER = (
    "submission_to_release",
    "receipt_to_invoice_date",
    "invoice_date_to_recorded",
    "recorded_to_released",
    "recorded_to_cleared",
    "invoice_date_to_cleared",
    "recorded_to_paid",
    "invoice_date_to_paid",
)
# Pairs of an invoice's own dates.
INVOICE_LEGS = {
    "invoice_date_to_recorded": ("invoice_issued", "invoice_recorded"),
    "recorded_to_released": ("invoice_recorded", None),
    "recorded_to_cleared": ("invoice_recorded", "invoice_cleared"),
    "invoice_date_to_cleared": ("invoice_issued", "invoice_cleared"),
    "recorded_to_paid": ("invoice_recorded", None),
    "invoice_date_to_paid": ("invoice_issued", None),
}
EDGE_DAYS = 90
MEDIAN_AT_LEAST, P90_AT_LEAST = 5, 20
RATIO_DAYS = (30, 60, 90, 180)
# A curve that is at one half exactly, but for the last bits of a float, is at one half.
HALF = 0.5 + 1e-9
GRAINS = {
    "vendor_category": ("source_system_code", "vendor_id", "category_name"),
    "vendor": ("source_system_code", "vendor_id"),
    "category": ("category_name",),
    "all": (),
}
PARTY = ("source_system_code", "vendor_id", "category_name")
OUTPUTS = ("purchase_orders", "invoices", "procurement_legs", "cycle_times_overall", "cycle_times_monthly")
LEG_COLUMNS = (
    "source_system_code",
    "case_id",
    "leg",
    "occurrence_number",
    "document_id",
    "company_code",
    "vendor_id",
    "category_name",
    "leg_status",
    "reason",
    "start_on",
    "end_on",
    "month",
    "duration_days",
    "censored_days",
    "is_inferred_pair",
    "is_end_after_data_through",
    "window_status",
)
