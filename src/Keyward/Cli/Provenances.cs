using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Google.Cloud.Kms.V1;
using Keyward.Protos.V1;

namespace Keyward.Cli;

/// <summary>Where versions come from: shown beside them, and written out as signed statements.</summary>
internal static class Provenances
{
    private static readonly Option<string?> StatementFile = Commands.Text("--output-file", "FILE",
        "Where the statement goes; beside it FILE.sig and FILE.pub.pem.");

    public static Command Build(Argument<string> number) => Commands.Make("provenance",
        "Show who made a version, when and how, as a statement that the server signs.",
        ["keyward version provenance 1 --key orders --keyring shop",
         "keyward version provenance 1 --key orders --keyring shop --output-file statement.json"], null,
        s => RunAsync(s, Names.VersionOf(s, s.Get(number))), number, Names.Key, Names.KeyRing, StatementFile);

    /// <summary>A version with its provenance.</summary>
    public static async Task<JsonObject> WithAsync(Session session, CryptoKeyVersion version)
    {
        var result = Output.Json(version);
        var statement = await GetAsync(session, version.Name);
        result["provenance"] = JsonNode.Parse(statement.Statement.Span);
        return result;
    }

    private static async Task RunAsync(Session session, string name)
    {
        var statement = await GetAsync(session, name);
        var pem = PemEncoding.WriteString("PUBLIC KEY", statement.PublicKey.Span) + "\n";
        if (session.Get(StatementFile) is { } file)
        {
            ByteFiles.Write(file, statement.Statement.Span, isBase64: false);
            if (file != "-")
            {
                ByteFiles.Write(file + ".sig", statement.Signature.Span, isBase64: false);
                ByteFiles.Write(file + ".pub.pem", System.Text.Encoding.ASCII.GetBytes(pem), isBase64: false);
                session.Note($"Check it: openssl pkeyutl -verify -pubin -inkey {file}.pub.pem -rawin -in {file} " +
                    $"-sigfile {file}.sig");
            }

            return;
        }

        session.Output.Write(new JsonObject
        {
            ["statement"] = JsonNode.Parse(statement.Statement.Span),
            ["statementBytes"] = statement.Statement.ToBase64(),
            ["signature"] = statement.Signature.ToBase64(),
            ["publicKey"] = pem,
        });
    }

    private static Grpc.Core.AsyncUnaryCall<ProvenanceStatement> GetAsync(Session session, string name) =>
        session.Server.Provenance.GetProvenanceAsync(
            new GetProvenanceRequest { Name = name }, cancellationToken: session.Cancellation);
}
