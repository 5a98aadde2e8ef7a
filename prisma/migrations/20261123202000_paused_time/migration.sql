BEGIN;

-- Time that the rollout was paused since the wave opened, which counts against no device.
ALTER TABLE "rollout_wave" ADD COLUMN "paused_ms" BIGINT NOT NULL DEFAULT 0;

COMMIT;
