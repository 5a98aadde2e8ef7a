/** @typedef {import('../machine-state.ts').MachineState} MachineState */
/** @typedef {import('../machine-state.ts').Unit} Unit */

/**
 * `upgrade` means `upgrade.service`, as for systemctl.
 * @param {string} name
 */
export function unitName(name) {
  return /\.(service|timer|target|path|socket|scope)$/.test(name) ? name : `${name}.service`
}

/**
 * @param {Partial<Unit>} [fields]
 * @returns {Unit}
 */
export function newUnit(fields = {}) {
  return {
    enabled: null,
    active: 'inactive',
    sub: 'dead',
    result: 'success',
    description: '',
    exitStatus: 0,
    pid: null,
    ...fields,
  }
}

/**
 * Lines `Key=value` of `systemctl show`.
 * @param {string} name
 * @param {Unit | undefined} unit
 */
export function unitProperties(name, unit) {
  const { enabled, active, sub, result, description, exitStatus, pid } = unit ?? newUnit()
  return {
    Id: name,
    Description: description || name,
    LoadState: unit ? (enabled === 'masked' ? 'masked' : 'loaded') : 'not-found',
    ActiveState: active,
    SubState: sub,
    UnitFileState: enabled ?? '',
    Result: result,
    MainPID: active === 'active' ? String(pid ?? 0) : '0',
    ExecMainStatus: String(exitStatus),
  }
}
