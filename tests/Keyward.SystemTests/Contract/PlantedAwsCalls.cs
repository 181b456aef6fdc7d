using System.Collections;
using System.Reflection;
using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Every operation of AWS's SDK, signed by it, with a secret in every field that holds one and a word in every
/// other text: once on a key that is there, once on none. The SDK's own model says which fields there are, so that a new
/// one is planted by itself.</summary>
internal sealed class PlantedAwsCalls(string secret, string word)
{
    private string _key = "";

    /// <summary>How many operations answered, whatever they said.</summary>
    public async Task<int> SendAsync(KeywardServer server)
    {
        using var kms = AwsSdk.Open(server, retries: 0);
        _key = (await kms.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.KeyId;
        // What succeeds with secrets in it.
        var encrypted = await kms.EncryptAsync(new EncryptRequest { KeyId = _key, Plaintext = Bytes() });
        await kms.DecryptAsync(new DecryptRequest { CiphertextBlob = encrypted.CiphertextBlob });
        var answered = 0;
        // What ends the key comes last.
        foreach (var method in typeof(IAmazonKeyManagementService).GetMethods()
            .Where(m => m.Name.EndsWith("Async", StringComparison.Ordinal) && m.GetParameters() is
                [{ ParameterType: var type }, ..] && type.IsSubclassOf(typeof(AmazonWebServiceRequest)))
            .OrderBy(m => m.Name is "ScheduleKeyDeletionAsync" or "DisableKeyAsync").ThenBy(m => m.Name))
        {
            foreach (var isThere in (bool[])[true, false])
            {
                var request = Filled(method.GetParameters()[0].ParameterType, isThere, 3);
                try
                {
                    await (Task)method.Invoke(kms, [request, CancellationToken.None])!;
                }
                catch (AmazonKeyManagementServiceException)
                {
                    // Refused; the record and the log of it are what this is about.
                }
            }

            answered++;
        }

        return answered;
    }

    private object Filled(Type type, bool isThere, int depth)
    {
        var message = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(p => p.CanWrite))
            if (ValueOf(property.PropertyType, property.Name, isThere, depth) is { } value)
                property.SetValue(message, value);
        return message;
    }

    private object? ValueOf(Type type, string name, bool isThere, int depth)
    {
        if (type == typeof(MemoryStream)) return Bytes();
        if (type == typeof(string)) return TextOf(name, isThere);
        if (type.IsSubclassOf(typeof(ConstantClass)))
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).First(f => f.FieldType == type).GetValue(null);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
        {
            var list = (IList)Activator.CreateInstance(type)!;
            if (depth > 0 && ValueOf(type.GetGenericArguments()[0], name, isThere, depth - 1) is { } item) list.Add(item);
            return list;
        }

        if (type == typeof(Dictionary<string, string>)) return new Dictionary<string, string> { [word] = word };
        return depth > 0 && type.IsClass && type.Namespace == typeof(EncryptRequest).Namespace
            ? Filled(type, isThere, depth - 1) : null;
    }

    /// <summary>Grant tokens are credentials; passwords and secret keys of other services are what their names say.</summary>
    private string TextOf(string name, bool isThere) => name switch
    {
        "GrantToken" or "GrantTokens" => Convert.ToBase64String(Encoding.UTF8.GetBytes(secret + secret)),
        "KeyStorePassword" or "RawSecretAccessKey" => secret,
        "KeyId" or "TargetKeyId" or "SourceKeyId" or "DestinationKeyId" when isThere => _key,
        _ => word,
    };

    private MemoryStream Bytes() => new(Encoding.UTF8.GetBytes(secret));
}
