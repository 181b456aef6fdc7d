using System.Diagnostics;
using Keyward.Tests.Tidy;

namespace Keyward.Tests.Vault.Audit.Verification;

/// <summary>The verifier in Python that comes with the documents, which has nothing of ours.</summary>
internal static class SmallVerifier
{
    private static readonly string Program = Path.Combine(SourceTests.FindRoot(), "docs/reference/verify_audit.py");

    /// <summary>What it says of a log's folder or a bundle's file.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string verifierKeys, string place)
    {
        using var process = Process.Start(new ProcessStartInfo("python3", [Program, verifierKeys, place])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var output = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output.Trim());
    }
}
