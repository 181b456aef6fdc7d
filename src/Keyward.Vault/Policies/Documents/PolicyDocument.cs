using System.Text;
using System.Text.Json;

namespace Keyward.Vault.Policies.Documents;

/// <summary>A policy in AWS's language (IAM, "JSON policy grammar") read strictly and compiled into statements. Nothing
/// is dropped silently: an unknown element, a name twice, a wrong type, a text that is not closed make the whole
/// document malformed. Names in it are not looked up here; who puts a document does that.</summary>
internal sealed class PolicyDocument
{
    /// <summary>AWS's limit of a key policy.</summary>
    public const int MaximumSizeBytes = 32 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 10, AllowDuplicateProperties = false };

    private PolicyDocument(string text, IReadOnlyList<Statement> statements, IReadOnlyList<string> principals) =>
        (Text, Statements, PrincipalNames) = (text, statements, principals);

    public string Text { get; }

    public IReadOnlyList<Statement> Statements { get; }

    /// <summary>ARNs and account numbers that the document names, which must exist when it is put.</summary>
    public IReadOnlyList<string> PrincipalNames { get; }

    /// <summary>The document; null with what is wrong in it.</summary>
    public static PolicyDocument? Compile(string text, DocumentKind kind, out string? problem)
    {
        try
        {
            problem = null;
            if (Encoding.UTF8.GetByteCount(text) > MaximumSizeBytes)
                throw new MalformedDocumentException($"Policy has more than {MaximumSizeBytes} bytes");
            using var json = JsonDocument.Parse(text, Strict);
            var reader = new StatementReader(kind);
            return new PolicyDocument(text, Read(json.RootElement, reader), reader.PrincipalNames);
        }
        catch (MalformedDocumentException malformed)
        {
            problem = malformed.Message;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException
            or EncoderFallbackException)
        {
            problem = "Policy is not a valid JSON document";
        }

        return null;
    }

    private static List<Statement> Read(JsonElement root, StatementReader reader)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new MalformedDocumentException("Policy is not a JSON object");
        var hasVariables = false;
        JsonElement? statement = null;
        foreach (var element in root.EnumerateObject())
            switch (element.Name)
            {
                case "Version":
                    hasVariables = TextOf(element) switch
                    {
                        "2012-10-17" => true,
                        "2008-10-17" => false,
                        _ => throw new MalformedDocumentException("Policy has an invalid Version"),
                    };
                    break;
                case "Id":
                    _ = TextOf(element);
                    break;
                case "Statement":
                    statement = element.Value;
                    break;
                default:
                    throw new MalformedDocumentException("Policy has an unknown element");
            }

        if (statement is not { } given) throw new MalformedDocumentException("Policy has no Statement");
        var objects = given.ValueKind == JsonValueKind.Array ? [.. given.EnumerateArray()] : (JsonElement[])[given];
        if (objects.Length == 0) throw new MalformedDocumentException("Policy has no Statement");
        var statements = new List<Statement>();
        var index = 0;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in objects)
        {
            var read = reader.Read(element, hasVariables, index++);
            if (reader.Id is { } id && !ids.Add(id))
                throw new MalformedDocumentException("Policy has two statements with one Sid");
            statements.AddRange(read);
        }

        return statements;
    }

    private static string TextOf(JsonProperty element) => element.Value.ValueKind == JsonValueKind.String
        ? element.Value.GetString()!
        : throw new MalformedDocumentException($"Policy element {element.Name} is not a text");
}

/// <summary>A document says something that it must not. Caught where it is compiled; never leaves the folder.</summary>
internal sealed class MalformedDocumentException(string problem) : Exception(problem);
