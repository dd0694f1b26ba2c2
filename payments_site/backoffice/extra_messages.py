"""Words of Django and unfold that lack a Vietnamese translation of their own: named here so that ours holds them.

Nothing imports this file; ``makemessages`` reads it.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

UNFOLD = [
    _("Add row"),
    _("After you've created a user, you’ll be able to edit more user options."),
    _("All applications"),
    _("Apply Filters"),
    _("Cancel"),
    _("Choose file to upload"),
    _("Click to cancel"),
    _("Click to download"),
    _("Dark"),
    _("Date"),
    _("Date from"),
    _("Date to"),
    _("Expand row"),
    _("False"),
    _("Filter navigation items"),
    _("Filters"),
    _("From"),
    _("General"),
    _("Go back"),
    _("Hide counts"),
    _("Light"),
    _("Loading more results..."),
    _("More actions"),
    _("Next"),
    _("No data"),
    _("No recent searches"),
    _("No results found"),
    _("No results matching your query"),
    _("Not enough data."),
    _("Previous"),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you can change the password using "
        '<a href="{}" class="text-primary-600 dark:text-primary-500">this form</a>.'
    ),
    _("Recent searches"),
    _("Reset filters"),
    _("Return to site"),
    _("Run"),
    _("Search apps and models..."),
    _("Select action"),
    _("Select action to run"),
    _("Select all objects on this page for an action"),
    _("Select all rows"),
    _("Select record"),
    _("Select value"),
    _("Show counts"),
    _("Submit"),
    _("System"),
    _("This item will be deleted."),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("To"),
    _("Toggle navigation"),
    _("Toggle password visibility"),
    _("True"),
    _("Type to search"),
    _("Value"),
    _("View selected %(model)s"),
    _("Welcome back to"),
    _("You have been successfully logged out from the administration"),
    ngettext_lazy("entry", "entries", 1),
]

DJANGO = [
    _("Forbidden"),
    _("CSRF verification failed. Request aborted."),
    _("Enter a complete value."),
    _("Enter a valid JSON."),
    _("Value must be valid JSON."),
    _("A JSON object"),
    _("Null characters are not allowed."),
    _("“%(value)s” value must be an integer."),
    _("“%(value)s” value must be either True or False."),
    _("“%(pk)s” is not a valid value."),
    _("ManagementForm data is missing or has been tampered with"),
    _("Date out of range"),
    _("Page is not “last”, nor can it be converted to an int."),
    _("That page number is less than 1"),
    _("That page contains no results"),
]

# What tenants.rules and its services say of a field; the API says it in English, the pages in the reader's language.
CONSTRAINTS = [
    _("2 to 32 letters, digits, - or _, beginning with a letter or digit"),
    _("this word is reserved"),
    _("an http or https URL is expected"),
    _("an address of a private network is refused"),
    _("https is required"),
    _("https is required in production"),
    _("min_amount may not exceed max_amount"),
    _("an IP address or a network is expected"),
    _("can not be changed"),
    _("now or later is expected"),
    _("at least fee.min"),
    _('a percentage from "0" to "100" with at most two decimals'),
]

# Rights with names of their own, as the models have them: Django stores them in English.
RIGHTS = [
    _("Can approve or reject what others ask for"),
]

BEAT = [
    _("Periodic Tasks"),
    _("periodic task"),
    _("periodic tasks"),
    _("Name"),
    _("Short Description For This Task"),
    _("Task Name"),
    _("Enabled"),
    _("Interval Schedule"),
    _("Crontab Schedule"),
    _("Last Run Datetime"),
    _("Total Run Count"),
    _("Description"),
    # The names of our own jobs, as the migrations wrote them.
    _("Expire payments past their deadline"),
    _("Ask providers about open payments and refunds"),
    _("callbacks: sweep what no drain has taken"),
    _("Expire approval requests"),
    _("Look for failures in numbers and success without a notice"),
    _("Delete idempotency records past their 24 hours"),
    _("webhooks: apply again what could not be applied"),
    _("Audit the books of the last two days"),
    _("Audit all books"),
    _("celery.backend_cleanup"),
]
