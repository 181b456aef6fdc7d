namespace Keyward.Tests.Pages;

/// <summary>What the page of Google's door says before and behind its table.</summary>
internal static class GooglePage
{
    public const string Head =
        """
        # The Google Cloud KMS door
        Made from the door, the programs that drive it, and their package list. Point a client at `KEYWARD_ADDR`
        with the CA of `KEYWARD_CA` and a key file made by Keyward; `apiEndpoint` is given without the port. REST
        answers with enums by name, and by number under `$alt=json;enum-encoding=int`.


        """;

    public const string Foot =
        """

        ## Where it differs from Google
        - What lies at Google outside SOFTWARE is UNIMPLEMENTED: other protection levels, external keys (EKM),
          Autokey, single-tenant HSMs, trusted wrapping, key access justifications. The answer says what to do
          instead.
        - `getLocation` and `listLocations` fail in Google's Node client over REST, at Google too: it cannot read a
          location's metadata (google-cloud-node issue 4366). Other clients and gRPC are not touched.
        - secp256k1 is made at SOFTWARE, which Google has at HSM alone.
        - GenerateRandomBytes takes HSM, SOFTWARE and no level, and answers from this server's generator: Google
          takes HSM only, and the answer names no level ([ADR 9](../adr/0009-random-bytes-and-levels.md)).
        - GetPublicKey gives PEM and DER of post-quantum keys too, as SubjectPublicKeyInfo, when they are asked for;
          asked for PEM, it fills `pem` and `public_key` both. DER is SubjectPublicKeyInfo, though the proto speaks
          of PrivateKeyInfo.
        - Raw AES-GCM draws its vector itself and refuses one from the caller: a vector used twice gives the key
          away. RawDecrypt takes tags of 12 to 16 bytes.
        - Keys that an AWS client made show the algorithm of their first scheme ([ADR
          3](../adr/0003-one-algorithm-table.md)).
        - A version is ENABLED at once, or PENDING_GENERATION where no RSA or SLH-DSA key lay ready within two
          seconds; the server then makes it, oldest first.
        - Slow uses (long RSA, P-384, P-521, secp256k1, post-quantum) share half of the cores; when 64 wait:
          RESOURCE_EXHAUSTED.
        - A rotation that came due while the server was away is made up for once, not once for each period;
          `nextRotationTime` then stays on the schedule. A deletion is done when it is answered: its Operation comes
          back with `done`.
        - `user:`, `domain:` and `deleted:` members may stand in a policy but match nobody. Token exchange, IAM
          Credentials and quotas: [identities](identities.md), [quotas](quotas.md). IAM Credentials refuses
          `delegates`; ID tokens are signed by this deployment.
        - TestIamPermissions on a resource that does not exist answers what the caller holds above it.
        - Import: what the length of `wrapped_key` shows is refused at once; material that does not unwrap or is not
          fit makes a version in the state IMPORT_FAILED with `importFailureReason`, at once and not after
          PENDING_IMPORT. A re-import that fails into a version that has held material is refused and leaves it
          DESTROYED. HPKE methods take the encapsulated secret, then the ciphertext with its tag, with empty info
          and associated data: Google does not document the order.
        - AAD that begins with the 16 bytes `keyward.context` 00 means pairs, and must be their canonical encoding
          ([format](format.md)).
        - A policy is at most 64 KiB, 100 bindings, 1,500 members. Page tokens live a day and belong to their caller
          and list.
        - Custom roles are `projects/P/roles/ID` and `deployment/roles/ID`; they are made by `keyward role create`.
          Google's IAM service itself (roles, deny policies, groups) is not served.
        - Who sets a policy must hold what he adds, or `keyward.roles.confer`; Google has no such rule. A change
          after which nobody could change the policy back is refused.
        - A conditional binding that is read with a version below 3 has a role ending in `_withcond_` and a mark;
          setting it as read is INVALID_ARGUMENT, and so is setting a policy of version 0 or 1 with the etag of one
          with conditions. Without an etag it overwrites them, as at Google.
        - Over REST, `fields` (`$fields`, the header `X-Goog-FieldMask`) cuts the answer as at Google; `alt` is
          `json` only, and a token in the query is no credential.

        Errors are Google's codes. Their first detail is an `ErrorInfo`: PERMISSION_DENIED, UNAUTHENTICATED and a
        rate's RESOURCE_EXHAUSTED name Google's own reason (`IAM_PERMISSION_DENIED`, `CREDENTIALS_MISSING`,
        `ACCESS_TOKEN_TYPE_UNSUPPORTED`, `RATE_LIMIT_EXCEEDED`) and ours as `keywardReason` in the metadata, all others
        [ours](errors.md), of domain `keyward`. REST errors have Google's envelope; a request that does not parse names
        its field in a `BadRequest`.

        """;
}
