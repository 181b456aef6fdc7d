using System.Text.Json;
using Google.Cloud.Iam.V1;
using Google.Cloud.Kms.V1;
using Google.Cloud.Location;
using Google.LongRunning;
using Google.Protobuf.Reflection;
using Keyward.Doors.Google;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Our own .proto files against the descriptors that Google ships in its Node packages: names, numbers, types
/// and methods are the wire.</summary>
public sealed class DescriptorTests
{
    private const string Kms = "@google-cloud/kms/build/protos/protos.json";
    private const string Iam = "google-gax/build/protos/iam_service.json";
    private const string Places = "google-gax/build/protos/locations.json";
    private const string Operations = "google-gax/build/protos/operations.json";

    [Theory]
    [InlineData(Kms, "google.cloud.kms.v1", "resources")]
    [InlineData(Kms, "google.cloud.kms.v1", "service")]
    [InlineData(Iam, "google.iam.v1", "policy")]
    [InlineData(Iam, "google.iam.v1", "iam_policy")]
    [InlineData(Iam, "google.iam.v1", "options")]
    [InlineData(Places, "google.cloud.location", "locations")]
    [InlineData(Operations, "google.longrunning", "operations")]
    public void Messages_and_enums_are_googles(string file, string package, string name)
    {
        var theirs = Package(file, package);
        var ours = FileOf(package, name);
        foreach (var message in ours.MessageTypes)
            if (theirs.TryGetProperty(message.Name, out var twin)) Compare(message, twin);
            else Assert.True(IsInProto(ours, $"message {message.Name} {{"), message.FullName);
        foreach (var values in ours.EnumTypes) Compare(values, theirs.GetProperty(values.Name));
    }

    [Fact]
    public void Every_method_of_the_service_is_there_with_its_address()
    {
        var theirs = Package(Kms, "google.cloud.kms.v1").GetProperty("KeyManagementService").GetProperty("methods");
        var ours = KeyManagementService.Descriptor.Methods.ToDictionary(m => m.Name);
        Assert.Equal(theirs.EnumerateObject().Select(m => m.Name).Order(), ours.Keys.Order());
        foreach (var method in theirs.EnumerateObject())
        {
            var rule = ours[method.Name].GetOptions().GetExtension(Google.Api.AnnotationsExtensions.Http);
            var pattern = rule.PatternCase.ToString().ToLowerInvariant();
            var path = rule.Get + rule.Post + rule.Put + rule.Patch + rule.Delete;
            var options = method.Value.GetProperty("options");
            Assert.Equal(options.GetProperty($"(google.api.http).{pattern}").GetString(), path);
            var body = options.TryGetProperty("(google.api.http).body", out var shown) ? shown.GetString() : "";
            Assert.Equal((method.Name, body), (method.Name, rule.Body));
            Assert.Equal(ShortName(method.Value.GetProperty("requestType")), ours[method.Name].InputType.Name);
            Assert.Equal(ShortName(method.Value.GetProperty("responseType")), ours[method.Name].OutputType.Name);
        }
    }

    [Theory]
    [InlineData("EkmService")]
    [InlineData("Autokey")]
    [InlineData("AutokeyAdmin")]
    [InlineData("HsmManagement")]
    public void Every_method_that_is_refused_is_known_by_its_address(string service)
    {
        var theirs = Package(Kms, "google.cloud.kms.v1").GetProperty(service).GetProperty("methods").EnumerateObject()
            .SelectMany(m => AddressesOf(m.Value).Select(a => $"{m.Name} {a}")).Order();
        Assert.Equal(theirs, Unoffered.Methods.Where(m => m.Service == "google.cloud.kms.v1." + service)
            .Select(m => $"{m.Name} {m.HttpMethod} {m.Path}").Order());
    }

    [Fact]
    public void The_iam_and_location_services_have_googles_methods()
    {
        Assert.Equal(Methods(Iam, "google.iam.v1", "IAMPolicy"), Names(IAMPolicy.Descriptor));
        Assert.Equal(Methods(Places, "google.cloud.location", "Locations"), Names(Locations.Descriptor));
    }

    private static IEnumerable<string> AddressesOf(JsonElement method)
    {
        var rule = method.GetProperty("parsedOptions").EnumerateArray()
            .Select(o => o.TryGetProperty("(google.api.http)", out var http) ? http : default)
            .First(o => o.ValueKind == JsonValueKind.Object);
        foreach (var binding in rule.TryGetProperty("additional_bindings", out var more) ? (JsonElement[])[rule, more] : [rule])
            foreach (var part in binding.EnumerateObject())
                if (part.Name is "get" or "post" or "patch" or "delete")
                    yield return $"{part.Name.ToUpperInvariant()} {part.Value}";
    }

    private static void Compare(MessageDescriptor ours, JsonElement theirs)
    {
        // The JSON descriptors of some packages leave fields out that the .proto files beside them have.
        var fields = ours.Fields.InDeclarationOrder()
            .Where(f => theirs.GetProperty("fields").TryGetProperty(f.JsonName, out _) || !IsInProto(f.File, $" {f.Name} = {f.FieldNumber};"))
            .Select(f => $"{f.JsonName} = {f.FieldNumber} {TypeOf(f)}").Order();
        Assert.Equal(theirs.GetProperty("fields").EnumerateObject()
            .Select(f => $"{f.Name} = {f.Value.GetProperty("id")} {TypeOf(f.Value)}").Order(), fields);
        foreach (var oneof in ours.Oneofs.Where(o => !o.IsSynthetic))
        {
            var camel = JsonNamingPolicy.CamelCase.ConvertName(string.Concat(
                oneof.Name.Split('_').Select(p => char.ToUpperInvariant(p[0]) + p[1..])));
            var members = theirs.GetProperty("oneofs").GetProperty(camel).GetProperty("oneof");
            Assert.Equal(members.EnumerateArray().Select(m => m.GetString()), oneof.Fields.Select(f => f.JsonName));
        }

        foreach (var inner in ours.NestedTypes.Where(m => m.GetOptions()?.MapEntry != true))
            Compare(inner, theirs.GetProperty("nested").GetProperty(inner.Name));
        foreach (var values in ours.EnumTypes)
            Compare(values, theirs.GetProperty("nested").GetProperty(values.Name));
    }

    private static void Compare(EnumDescriptor ours, JsonElement theirs) => Assert.Equal(
        theirs.GetProperty("values").EnumerateObject().Select(v => $"{v.Name} = {v.Value.GetInt32()}").Order(),
        ours.Values.Select(v => $"{v.Name} = {v.Number}").Order());

    /// <summary>The type's last name: the package's descriptors write it relative to where it stands.</summary>
    private static string TypeOf(FieldDescriptor field)
    {
        if (field.IsMap)
        {
            var entry = field.MessageType.Fields;
            return $"map<{TypeOf(entry[1])}, {TypeOf(entry[2])}>";
        }

        var type = field.FieldType switch
        {
            FieldType.Message => field.MessageType.Name,
            FieldType.Enum => field.EnumType.Name,
            var scalar => scalar.ToString().ToLowerInvariant(),
        };
        return field.IsRepeated ? "repeated " + type : type;
    }

    private static string TypeOf(JsonElement field)
    {
        var type = ShortName(field.GetProperty("type"));
        if (field.TryGetProperty("keyType", out var key)) return $"map<{key.GetString()}, {type}>";
        return field.TryGetProperty("rule", out var rule) && rule.GetString() == "repeated" ? "repeated " + type : type;
    }

    private static string ShortName(JsonElement name) => name.GetString()!.Split('.')[^1];

    private static IEnumerable<string> Names(ServiceDescriptor service) => service.Methods.Select(m => m.Name).Order();

    private static IEnumerable<string> Methods(string file, string package, string service) => Package(file, package)
        .GetProperty(service).GetProperty("methods").EnumerateObject().Select(m => m.Name).Order();

    private static FileDescriptor FileOf(string package, string name) => (package, name) switch
    {
        (_, "resources") => CryptoKey.Descriptor.File,
        (_, "service") => EncryptRequest.Descriptor.File,
        (_, "policy") => Policy.Descriptor.File,
        (_, "iam_policy") => SetIamPolicyRequest.Descriptor.File,
        (_, "options") => GetPolicyOptions.Descriptor.File,
        (_, "locations") => Location.Descriptor.File,
        _ => Operation.Descriptor.File,
    };

    private static bool IsInProto(FileDescriptor file, string text)
    {
        var path = Path.Combine(
            KeywardServer.Root, "tests/clients/node/node_modules/google-gax/build/protos", file.Name);
        return File.Exists(path) && File.ReadAllText(path).Contains(text, StringComparison.Ordinal);
    }

    private static JsonElement Package(string file, string package)
    {
        var path = Path.Combine(KeywardServer.Root, "tests/clients/node/node_modules", file);
        var element = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        foreach (var part in package.Split('.')) element = element.GetProperty("nested").GetProperty(part);
        return element.GetProperty("nested");
    }
}
