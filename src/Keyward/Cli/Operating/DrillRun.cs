using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
internal sealed class DrillRun(Session session, string drill, DrillFolder? folder, HttpClient client)
{
    private const string Role = "roles/cloudkms.cryptoKeyEncrypterDecrypter";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>New for each call: the connection adds its token to them.</summary>
    private Metadata Headers => new() { { "x-goog-request-reason", "keyward drill " + drill } };

    public KeywardConnection Administrator => session.Server;

    public DrillFolder Folder => folder ?? throw new FailedException("This drill works on a data folder.",
        "Run it on the server's machine: --data DIR");

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

    public async Task DestroyVersionAsync() => await Administrator.Keys.DestroyCryptoKeyVersionAsync(
        new DestroyCryptoKeyVersionRequest { Name = Key + "/cryptoKeyVersions/1" }, Headers);

    public async Task RestoreVersionAsync()
    {
        await Administrator.Keys.RestoreCryptoKeyVersionAsync(
            new RestoreCryptoKeyVersionRequest { Name = Key + "/cryptoKeyVersions/1" }, Headers);
        await SetVersionAsync(WireState.Enabled).ConfigureAwait(false);
    }

    /// <summary>A change that changes nothing that anybody sees.</summary>
    public async Task<CryptoKey> ChangeAsync() => await Administrator.Keys.UpdateCryptoKeyAsync(
        new UpdateCryptoKeyRequest
        {
            CryptoKey = new CryptoKey
            {
                Name = Key, Labels = { ["drill"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)) },
            },
            UpdateMask = FieldMask.FromString("labels"),
        }, Headers);

    /// <summary>Requests a minute for the drill's key; null for the default.</summary>
    public async Task SetQuotaAsync(long? limit)
    {
        var request = new SetQuotaRequest { Name = Key, Metric = "requests_per_minute" };
        if (limit is { } value) request.Limit = value;
        await Administrator.Quotas.SetQuotaAsync(request, Headers);
    }

    public Task<HttpResponseMessage> AskWithoutCredentialAsync() =>
        client.GetAsync(new Uri($"https://{session.Settings.Address}/v1/{Ring}"), session.Cancellation);

    /// <summary>Asks until the answer is the refusal that should come; anything else but success is a
    /// failure.</summary>
    public Task UntilRefusedAsync(KeywardConnection connection, ByteString ciphertext, StatusCode expected) =>
        UntilAsync(() => connection.Keys.DecryptAsync(
            new DecryptRequest { Name = Key, Ciphertext = ciphertext }, Headers).ResponseAsync, expected);

    public static async Task UntilAsync<T>(Func<Task<T>> ask, StatusCode expected)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            try
            {
                await ask().ConfigureAwait(false);
            }
            catch (RpcException refused) when (refused.StatusCode == expected)
            {
                return;
            }
        }

        throw new FailedException($"It was still served after {Patience.TotalSeconds} s.");
    }

    public async Task UntilServedAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await EncryptAsync(Administrator).ConfigureAwait(false);
                return;
            }
            catch (RpcException refused) when (refused.StatusCode == StatusCode.Unavailable
                && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause, TimeProvider.System, session.Cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The thumbprint of the certificate that a new connection gets.</summary>
    public async Task<string> ServedAsync()
    {
        var address = new Uri($"https://{session.Settings.Address}");
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.DnsSafeHost, address.Port, session.Cancellation).ConfigureAwait(false);
#pragma warning disable CA5359 // It is looked at and nothing is said to it.
        using var tls = new SslStream(connection.GetStream(), false, static (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.DnsSafeHost },
            session.Cancellation).ConfigureAwait(false);
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }

    public async Task UntilServesAsync(string thumbprint)
    {
        var began = Stopwatch.GetTimestamp();
        while (await ServedAsync().ConfigureAwait(false) != thumbprint)
        {
            if (Stopwatch.GetElapsedTime(began) >= Patience)
                throw new FailedException($"The other certificate was not served after {Patience.TotalSeconds} s.",
                    "The server's log says why; may it read the file?");
            await Task.Delay(Pause, TimeProvider.System, session.Cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>What the server's metrics say; null where they are not for this machine, or have no such
    /// series.</summary>
    public async Task<double?> MetricAsync(string name, Func<MetricSample, bool>? which = null)
    {
        using var answer = await client.GetAsync(
            new Uri($"https://{session.Settings.Address}/metrics"), session.Cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) return null;
        var text = await answer.Content.ReadAsStringAsync(session.Cancellation).ConfigureAwait(false);
        return MetricText.Parse(text).Sum(name, which) ?? 0;
    }

    /// <summary>Waits for a counter to be above what it was; null where metrics are not to be read.</summary>
    public async Task<bool?> RoseAsync(string name, double? before, Func<MetricSample, bool>? which = null) =>
        before is not { } was ? null
            : await UntilMetricAsync(name, value => value > was, which).ConfigureAwait(false);

    public async Task<bool?> UntilMetricAsync(
        string name, Func<double, bool> holds, Func<MetricSample, bool>? which = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (await MetricAsync(name, which).ConfigureAwait(false) is { } value)
        {
            if (holds(value)) return true;
            if (Stopwatch.GetElapsedTime(began) >= Patience) return false;
            await Task.Delay(Pause, TimeProvider.System, session.Cancellation).ConfigureAwait(false);
        }

        return null;
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

    public async Task<DrillAccount> ConnectAsAccountAsync(bool mayUse, TimeProvider? time = null)
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
            var file = KeyFile.Load(path, time ?? TimeProvider.System);
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

    public static JsonObject Show(Drill drill, Measured? measured, string? failure) => new()
    {
        ["drill"] = drill.Name, ["passed"] = measured is { } done && done.Took <= drill.Limit && done.Signal != false,
        ["milliseconds"] = Milliseconds(measured?.Took), ["limitMilliseconds"] = drill.Limit.TotalMilliseconds,
        ["recoveredMilliseconds"] = Milliseconds(measured?.Recovered), ["alert"] = drill.Alert,
        ["signal"] = measured?.Signal, ["failure"] = failure,
    };

    private static double? Milliseconds(TimeSpan? time) =>
        time is { } span ? Math.Round(span.TotalMilliseconds, 1) : null;
}
