const { buildModule } = require("@nomicfoundation/hardhat-ignition/modules");

module.exports = buildModule("Vault", (m) => {
  const owner = m.getAccount(0);
  const token = m.contract("VaultToken", [owner, 1_000n]);
  m.call(token, "mint", [m.getAccount(1), 50n]);
  return { token };
});
