using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Keyward.Cli.Operating;

/// <summary>The operator's certificate nears its end. Its issuer is not at hand, so the one that stands in for it is
/// signed by its own key, which nobody trusts: meanwhile who verifies gets no new connection, and connections that
/// stand go on.</summary>
internal static class CertificateDrill
{
    private const string SubjectAlternativeName = "2.5.29.17";

    /// <summary>What the alert KeywardCertificateExpires asks for.</summary>
    private static readonly TimeSpan AlertBelow = TimeSpan.FromDays(14);

    private static readonly TimeSpan Left = TimeSpan.FromDays(7);

    public static async Task<Measured> RunAsync(DrillRun run)
    {
        var file = run.Folder.CertificateFile ?? throw new FailedException(
            "The server serves a certificate of its own, which it renews a month before its end.",
            "This drill is for one of yours: tls.certificate_file, or --config FILE where it is set there.");
        using var own = X509Certificate2.CreateFromPemFile(file, run.Folder.KeyFile);
        if (await run.ServedAsync().ConfigureAwait(false) != own.Thumbprint)
            throw new FailedException($"The server does not serve the certificate in {file}.",
                "Is --addr another node, or a balancer?");
        // Before the fault: both connections of the drill have to stand.
        await EndAsync(run).ConfigureAwait(false);
        var (text, aside) = (await File.ReadAllBytesAsync(file).ConfigureAwait(false), file + ".drill");
        File.Copy(file, aside);
        var began = Stopwatch.GetTimestamp();
        TimeSpan took;
        long ended;
        bool? signal;
        try
        {
            // Into the file itself: a link, an owner and rights stay as they are. The key may stand there too; that the
            // old chain follows does no harm.
            var (pem, thumbprint) = Ending(own);
            await File.WriteAllBytesAsync(file, [.. Encoding.ASCII.GetBytes(pem), .. text]).ConfigureAwait(false);
            await run.UntilServesAsync(thumbprint).ConfigureAwait(false);
            await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
            signal = await EndAsync(run).ConfigureAwait(false) is { } end
                ? end > 0 && end < (TimeProvider.System.GetUtcNow() + AlertBelow).ToUnixTimeSeconds() : null;
            took = Stopwatch.GetElapsedTime(began);
        }
        finally
        {
            ended = Stopwatch.GetTimestamp();
            await File.WriteAllBytesAsync(file, text).ConfigureAwait(false);
            File.Delete(aside);
        }

        await run.UntilServesAsync(own.Thumbprint).ConfigureAwait(false);
        await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        return new Measured(took, Stopwatch.GetElapsedTime(ended), signal);
    }

    private static Task<double?> EndAsync(DrillRun run) =>
        run.MetricAsync("keyward_certificate_expiry_timestamp_seconds", s => s["use"] == "server");

    /// <summary>The same names and the same key, and an end in a week.</summary>
    private static (string Pem, string Thumbprint) Ending(X509Certificate2 own)
    {
        using var rsa = own.GetRSAPrivateKey();
        using var ec = rsa is null ? own.GetECDsaPrivateKey() : null;
        var request = rsa is not null
            ? new CertificateRequest(own.SubjectName, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(own.SubjectName, ec ?? throw new FailedException(
                "The certificate's key is neither RSA nor of an elliptic curve."), HashAlgorithmName.SHA256);
        foreach (var extension in own.Extensions.Where(e => e.Oid?.Value == SubjectAlternativeName))
            request.CertificateExtensions.Add(extension);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now - TimeSpan.FromMinutes(1), now + Left);
        return (made.ExportCertificatePem() + "\n", made.Thumbprint);
    }
}
