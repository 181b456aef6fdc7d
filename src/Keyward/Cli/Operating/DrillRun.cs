using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Google.Cloud.Iam.V1;
using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Client;
using Keyward.Protos.V1;
using KeyFile = Keyward.Client.KeyFile;
using WireState = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionState;

namespace Keyward.Cli.Operating;

/// <summary>What drills do to a deployment: only to the key <c>drills/canary</c> and to accounts that they make, and
/// every call gives the drill as its reason.</summary>
internal sealed class DrillRun(Session session, string drill)
{
    private const string Role = "roles/cloudkms.cryptoKeyEncrypterDecrypter";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>New for each call: the connection adds its token to them.</summary>
    private Metadata Headers => new() { { "x-goog-request-reason", "keyward drill " + drill } };

    public KeywardConnection Administrator => session.Server;

    private string Ring => $"{Names.LocationOf(session)}/keyRings/drills";

    private string Key => Ring + "/cryptoKeys/canary";

    /// <summary>Makes what is missing of the ring and the key.</summary>
    public async Task PrepareAsync()
    {
        await IfMissingAsync(() => Administrator.Keys.CreateKeyRingAsync(new CreateKeyRingRequest
        {
            Parent = Names.LocationOf(session), KeyRingId = "drills", KeyRing = new KeyRing(),
        }, Headers).ResponseAsync).ConfigureAwait(false);
        await IfMissingAsync(() => Administrator.Keys.CreateCryptoKeyAsync(new CreateCryptoKeyRequest
        {
            Parent = Ring, CryptoKeyId = "canary",
            CryptoKey = new CryptoKey { Purpose = CryptoKey.Types.CryptoKeyPurpose.EncryptDecrypt },
        }, Headers).ResponseAsync).ConfigureAwait(false);
    }

    public async Task<ByteString> EncryptAsync(KeywardConnection connection)
    {
        var answer = await connection.Keys.EncryptAsync(
            new EncryptRequest { Name = Key, Plaintext = ByteString.CopyFromUtf8("drill") }, Headers);
        return answer.Ciphertext;
    }

    public async Task SetVersionAsync(WireState state) => await Administrator.Keys.UpdateCryptoKeyVersionAsync(
        new UpdateCryptoKeyVersionRequest
        {
            CryptoKeyVersion = new CryptoKeyVersion { Name = Key + "/cryptoKeyVersions/1", State = state },
            UpdateMask = FieldMask.FromString("state"),
        }, Headers);

    /// <summary>Asks until the answer is the refusal that should come; anything else but success is a
    /// failure.</summary>
    public async Task UntilRefusedAsync(KeywardConnection connection, ByteString ciphertext, StatusCode expected)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            try
            {
                await connection.Keys.DecryptAsync(
                    new DecryptRequest { Name = Key, Ciphertext = ciphertext }, Headers);
            }
            catch (RpcException refused) when (refused.StatusCode == expected)
            {
                return;
            }
        }

        throw new FailedException($"It was still served after {Patience.TotalSeconds} s.");
    }

    public async Task UntilRecordedAsync(string principal, string outcome)
    {
        var page = await Administrator.Audit.ReadRecordsAsync(new ReadRecordsRequest
        {
            Principal = principal, Outcome = outcome, PageSize = 1_000,
            Since = (TimeProvider.System.GetUtcNow() - Patience).ToTimestamp(),
        }, Headers);
        if (page.Records.Count == 0) throw new FailedException($"The log has no record of {principal} as {outcome}.");
    }

    public async Task<DrillAccount> ConnectAsAccountAsync(bool mayUse)
    {
        var account = await Administrator.ServiceAccounts.CreateServiceAccountAsync(new CreateServiceAccountRequest
        {
            Parent = "projects/" + session.Settings.Project,
            Name = "drill-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)),
        }, Headers);
        if (mayUse) await GrantAsync("serviceAccount:" + account.Email).ConfigureAwait(false);
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            await AccountCommands.WriteKeyFileAsync(session, account.Email, path, null).ConfigureAwait(false);
            var file = KeyFile.Load(path, TimeProvider.System);
            return new DrillAccount(
                account.Email, new KeywardConnection(session.Settings.Address!, session.Settings.Ca, file), file);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Ends the account for good: nothing of a drill stays behind.</summary>
    public async Task EndAccountAsync(string email) => await Administrator.ServiceAccounts.SetServiceAccountStateAsync(
        new SetServiceAccountStateRequest { Email = email, State = State.Revoked }, Headers);

    private async Task GrantAsync(string member)
    {
        var policy = await Administrator.Policies.GetIamPolicyAsync(
            new GetIamPolicyRequest { Resource = Key }, Headers);
        // Members of earlier drills are gone by now; their bindings go with them.
        foreach (var old in policy.Bindings.Where(b => b.Role == Role).ToList()) policy.Bindings.Remove(old);
        policy.Bindings.Add(new Binding { Role = Role, Members = { member } });
        await Administrator.Policies.SetIamPolicyAsync(
            new SetIamPolicyRequest { Resource = Key, Policy = policy }, Headers);
    }

    private static async Task IfMissingAsync<T>(Func<Task<T>> make)
    {
        try
        {
            await make().ConfigureAwait(false);
        }
        catch (RpcException known) when (known.StatusCode == StatusCode.AlreadyExists)
        {
        }
    }

    public static JsonObject Show(Drill drill, TimeSpan? took, string? failure) => new()
    {
        ["drill"] = drill.Name, ["passed"] = took <= drill.Limit,
        ["milliseconds"] = took is { } time ? Math.Round(time.TotalMilliseconds, 1) : null,
        ["limitMilliseconds"] = drill.Limit.TotalMilliseconds, ["failure"] = failure,
    };
}
