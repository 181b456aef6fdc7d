using System.Reflection;
using System.Runtime.CompilerServices;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Keys;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Projects;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Vault.Storage;

/// <summary>What a key that is not in use takes of a node's memory, counted object by object: the collector's own
/// figures have what other tests do in them.</summary>
public sealed class KeyMemoryTests(ITestOutputHelper output)
{
    private const int Keys = 20_000;
    private const int GoalBytes = 300;

    private static readonly DateTimeOffset Now = new(2026, 5, 1, 0, 0, 0, 123, 456, TimeSpan.Zero);

    private static readonly KeyRingName Ring = RingOf("default", "us-east-1");

    [Theory]
    [InlineData("named by its maker", false, false)]
    [InlineData("rotated by the server", false, true)]
    [InlineData("named by its id", true, false)]
    public void A_key_with_one_version_stays_within_the_goal(string kind, bool isNamedById, bool isRotated)
    {
        var random = new Random(1);
        var without = Snapshot.Empty.With([ProjectRow(), RingRow()]);
        var with = without;
        for (var i = 0; i < Keys; i++) with = with.With(RowsOf(i, random, isNamedById, isRotated));
        Assert.Equal(Keys, with.Keys.Count());
        var bytes = (Footprint.BytesOf(with) - Footprint.BytesOf(without)) / (double)Keys;
        output.WriteLine($"A key {kind} takes {bytes:F0} bytes.");
        Assert.InRange(bytes, 100, GoalBytes);
    }

    private static Row ProjectRow() => RowOf(Tables.Project,
        new Project(Ring.Project, "123456789012", Now) { ProjectKeyId = new byte[16] }.ToCells(), 1);

    private static Row RingRow() => RowOf(Tables.KeyRing, new KeyRing(Ring, Now).ToCells(), 2);

    private static IReadOnlyList<Row> RowsOf(int number, Random random, bool isNamedById, bool isRotated)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        var id = new Guid(bytes);
        var created = Now.AddMilliseconds(number * 7);
        var key = new Key
        {
            Name = new KeyName(Ring, isNamedById ? KeyIdText.Of(id) : $"customer-{number:d6}"), Id = id,
            Purpose = Purpose.EncryptDecrypt, Algorithm = Algorithm.Aes256Symmetric,
            ProtectionLevel = ProtectionLevel.Software, CreateTime = created, PrimaryVersion = 1, NextVersion = 2,
            DestroyScheduledDuration = TimeSpan.FromDays(30),
            RotationPeriod = isRotated ? TimeSpan.FromDays(90) : null,
            NextRotationTime = isRotated ? created.AddDays(90) : null,
        };
        var secret = new byte[73];
        random.NextBytes(secret);
        random.NextBytes(bytes);
        var name = new VersionName(key.Name, 1);
        var version = new KeyVersion
        {
            Name = name, State = VersionState.Enabled, Algorithm = key.Algorithm,
            ProtectionLevel = key.ProtectionLevel, CreateTime = created, GenerateTime = created,
            CreatedBy = "serviceAccount:admin@default.example",
            Fingerprint = Unsafe.ReadUnaligned<UInt128>(ref bytes[0]),
            Material = new KeyMaterial(id, 1, key.Algorithm, new SealedKey(new byte[16], new SealBinding(
                SealKind.Version, name.ToString(), 1, AlgorithmTable.Of(key.Algorithm).SealLabel,
                KeyVersion.Attributes(key, VersionOrigin.Generated, created)), secret)),
        };
        var seq = 1_000 + number;
        return [RowOf(Tables.CryptoKey, key.ToCells(), seq), RowOf(Tables.KeyVersion, version.ToCells(), seq)];
    }

    private static Row RowOf(Table table, Cell[] cells, long seq) => new(table, cells, seq, new byte[32]);

    private static KeyRingName RingOf(string project, string location)
    {
        Assert.True(ProjectId.TryParse(project, out var owner));
        Assert.True(LocationId.TryParse(location, out var place));
        return new KeyRingName(new LocationName(owner, place), "ring");
    }

    /// <summary>The bytes of all objects that one leads to, as a 64-bit runtime lays them out.</summary>
    private static class Footprint
    {
        private static readonly Dictionary<Type, (FieldInfo[] Links, int Size)> Shapes = [];

        public static long BytesOf(object root)
        {
            var (sum, seen, open) = (0L, new HashSet<object>(ReferenceEqualityComparer.Instance), new Stack<object>());
            Push(root);
            while (open.TryPop(out var next)) sum += Visit(next);
            return sum;

            void Push(object? value)
            {
                if (value is not null and not Type and not Delegate && (value is ValueType || seen.Add(value)))
                    open.Push(value);
            }

            long Visit(object value)
            {
                if (value is string text) return Rounded(22 + (2 * text.Length));
                if (value is Array array && array.GetType().GetElementType() is { } element)
                {
                    if (!element.IsPrimitive) foreach (var item in array) Push(item);
                    return Rounded(24 + (array.Length * SizeOf(element)));
                }

                var (links, size) = ShapeOf(value.GetType());
                foreach (var link in links) Push(link.GetValue(value));
                return value is ValueType ? 0 : size;
            }
        }

        private static (FieldInfo[] Links, int Size) ShapeOf(Type type)
        {
            if (Shapes.TryGetValue(type, out var known)) return known;
            var fields = new List<FieldInfo>();
            for (var t = type; t is not null; t = t.BaseType)
                fields.AddRange(t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
                    | BindingFlags.DeclaredOnly));
            return Shapes[type] = ([.. fields.Where(f => !f.FieldType.IsPrimitive && !f.FieldType.IsEnum)],
                Math.Max(24, Rounded(16 + fields.Sum(f => SizeOf(f.FieldType)))));
        }

        private static int SizeOf(Type type) => !type.IsValueType ? IntPtr.Size : (int)typeof(Unsafe)
            .GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

        private static int Rounded(int size) => (size + 7) & ~7;
    }
}
