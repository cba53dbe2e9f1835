export { type Authorization, basicAuthorization, type Credentials } from "./authorization.ts";
export { createElectrumHttp } from "./electrum-http.ts";
export {
  passwordGrant,
  type PasswordGrant,
  type PasswordGrantCredentials,
  type PasswordGrantOptions,
} from "./password-grant.ts";
export { DEFAULT_MAX_BODY_BYTES, type ElectrumHttpOptions, type OptionFault } from "./options.ts";
