-- Credentials that devices may have too, and channels whose images have to be signed.
ALTER TABLE registry_credential ADD COLUMN for_devices boolean NOT NULL DEFAULT false;
ALTER TABLE channel ADD COLUMN require_signatures boolean NOT NULL DEFAULT false;
