BEGIN;

-- Devices that are not just their image: counted and listed without reading what the others said.
CREATE INDEX "device_document_drifted" ON "device_document" ("organization_id", "device_id")
  WHERE "kind" = 'drift' AND "document" @@ '$.count > 0';

COMMIT;
