"""The raw part of a notice never changes; verdict, answer and number of tries do."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION notice_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.public_id, NEW.provider_code, NEW.method, NEW.source_ip, NEW.data_key_id, NEW.raw_sealed, NEW.payload_hash,
        NEW.payload_size, NEW.request_id, NEW.received_at)
       IS DISTINCT FROM
       (OLD.public_id, OLD.provider_code, OLD.method, OLD.source_ip, OLD.data_key_id, OLD.raw_sealed, OLD.payload_hash,
        OLD.payload_size, OLD.request_id, OLD.received_at) THEN
        RAISE EXCEPTION 'the raw part of a notice is append-only: UPDATE refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER notice_raw_guard BEFORE UPDATE ON webhooks_providernotification
    FOR EACH ROW EXECUTE FUNCTION notice_guard();
CREATE TRIGGER notice_no_delete BEFORE DELETE ON webhooks_providernotification
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER callback_attempt_append_only BEFORE UPDATE OR DELETE ON webhooks_callbackattempt
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER notice_raw_guard ON webhooks_providernotification;
DROP TRIGGER notice_no_delete ON webhooks_providernotification;
DROP TRIGGER callback_attempt_append_only ON webhooks_callbackattempt;
DROP FUNCTION notice_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial"), ("audit", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
