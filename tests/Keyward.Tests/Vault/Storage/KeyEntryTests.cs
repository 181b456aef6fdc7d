using CsCheck;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Grants;
using Keyward.Vault.Imports;
using Keyward.Vault.Keys;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Vault.Storage;

/// <summary>A key that lies packed says what it said before.</summary>
public sealed class KeyEntryTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly KeyPlace Ring = new(RingOf("us-east-1"), KeyGrants.None);

    private static readonly Gen<DateTimeOffset> Times =
        Gen.Long[-10_000_000_000, 10_000_000_000].Select(micros => Now.AddTicks(micros * 10));

    private static readonly Gen<string> Texts = Gen.String[Gen.Char["aé語\n\"0"], 0, 40];

    private static readonly Gen<Key> Keys =
        from id in Gen.Guid
        from state in Gen.Enum<KeyState>().Where(s => s != KeyState.Deleted)
        from times in Times.Array[3]
        from given in Gen.Bool.Array[6]
        from text in Texts
        from numbers in Gen.Int[1, 70_000].Array[2]
        from seq in Gen.Long[0, long.MaxValue]
        select new Key
        {
            Name = new KeyName(Ring.Ring, "key"), Id = id, Purpose = Purpose.EncryptDecrypt,
            Algorithm = Algorithm.Aes256Symmetric, ProtectionLevel = ProtectionLevel.Software,
            CreateTime = times[0], DestroyScheduledDuration = TimeSpan.FromDays(1), State = state,
            PrimaryVersion = given[0] ? numbers[0] : null, NextVersion = numbers[1],
            NextRotationTime = given[1] ? times[1] : null, RotationPeriod = given[1] ? TimeSpan.FromDays(90) : null,
            DeletionTime = state == KeyState.PendingDeletion ? times[2] : null, ImportOnly = given[2],
            Labels = given[3] ? Key.NoLabels.Add("a", "b") : Key.NoLabels, Description = text,
            Tags = given[4] ? Key.NoLabels.Add(text, text) : Key.NoLabels,
            PrimaryLocation = given[5] ? "us-east-1" : null, Seq = seq,
        };

    private static readonly Key SomeKey = new()
    {
        Name = new KeyName(Ring.Ring, "key"), Id = Guid.Empty, Purpose = Purpose.EncryptDecrypt,
        Algorithm = Algorithm.Aes256Symmetric, ProtectionLevel = ProtectionLevel.Software, CreateTime = Now,
        DestroyScheduledDuration = TimeSpan.FromDays(1),
    };

    private static readonly Gen<KeyEntry> Entries =
        from key in Keys
        from versions in VersionsOf(key).Array[0, 4]
        select new KeyEntry(Ring, key, [.. versions.Select((v, i) => Numbered(key, v, i + 1))]);

    [Fact]
    public void Says_what_was_put_in() => Gen.Select(Keys, Gen.Int[0, 3]).SelectMany((key, count) =>
        VersionsOf(key).Array[count].Select(v => (key, v))).Sample((key, drawn) =>
    {
        KeyVersion[] versions = [.. drawn.Select((v, i) => Numbered(key, v, i + 1))];
        var entry = new KeyEntry(Ring, key, versions);
        Assert.Equal(Said(key.ToCells(), key.Seq), Said(entry.Key.ToCells(), entry.Key.Seq));
        Assert.Equal(versions.Select(v => Said(v.ToCells(), v.Seq)),
            entry.Versions.Select(v => Said(v.ToCells(), v.Seq)));
        Assert.All(entry.Versions, v => Assert.Equal(key.Id, v.Material.KeyId));
        Assert.Equal(versions.Select(v => v.FullName), entry.Versions.Select(v => v.FullName));
    }, iter: 500);

    [Fact]
    public void After_changes_it_says_what_a_new_one_says() => Gen.Select(Keys, Keys).SelectMany((first, later) =>
        Gen.Select(VersionsOf(first), Gen.Int[1, 5], Gen.Int[0, 4]).Array[0, 12].Select(steps => (first, later, steps)))
        .Sample((first, later, steps) =>
        {
            later = first with { State = later.State, Seq = later.Seq, NextRotationTime = later.NextRotationTime };
            var changed = new KeyEntry(Ring, first, []);
            var versions = new SortedDictionary<int, KeyVersion>();
            foreach (var (drawn, number, kind) in steps)
            {
                // Open or packed, a change comes to the same.
                if (kind == 0) Assert.NotNull(changed.Key);
                var version = Numbered(first, drawn, number) with { DeleteTime = kind == 1 ? Now : null };
                changed = changed.With(version);
                if (kind == 1) versions.Remove(number);
                else versions[number] = version;
            }

            changed = changed.With(later);
            var made = new KeyEntry(Ring, later, [.. versions.Values]);
            Assert.Equal(made.Due, changed.Due);
            foreach (var open in (OpenKey[])[changed.Peek(), changed.With(KeyGrants.None).Peek()])
            {
                Assert.Equal(Said(later.ToCells(), later.Seq), Said(open.Key.ToCells(), open.Key.Seq));
                Assert.Equal(made.Versions.Select(v => Said(v.ToCells(), v.Seq)),
                    open.Versions.Select(v => Said(v.ToCells(), v.Seq)));
            }

            changed.Close();
            Assert.Equal(made.Versions.Select(v => Said(v.ToCells(), v.Seq)),
                changed.Versions.Select(v => Said(v.ToCells(), v.Seq)));
            Assert.Equal(first.Id, changed.Uuid);
        }, iter: 500);

    [Fact]
    public void At_a_glance_it_says_the_same_as_when_open() => Entries.Sample(entry =>
    {
        var key = entry.Key;
        var glance = entry.Glance;
        Assert.Equal(key.StateAt(Now), glance.StateAt(Now));
        Assert.Equal((key.ProtectionLevel, key.PrimaryVersion, key.NextVersion, key.NextRotationTime),
            (glance.ProtectionLevel, glance.PrimaryVersion, glance.NextVersion, glance.NextRotationTime));
        var i = 0;
        foreach (var seen in glance.Versions)
        {
            var version = entry.Versions[i++];
            Assert.Equal((version.Name.Number, version.State, version.StateAt(Now), version.CreateTime),
                (seen.Number, seen.State, seen.StateAt(Now), seen.CreateTime));
            Assert.Equal((version.MaterialExpireTime, version.Messages), (seen.MaterialExpireTime, seen.Messages));
            Assert.Equal(version.Material.Sealed.ParentId, seen.Parent);
            Assert.Equal(version.Material.Sealed.Sealed.Length > 0, seen.HasMaterial);
        }

        Assert.Equal(entry.Versions.Length, i);
    }, iter: 500);

    /// <summary>The server's own jobs look at keys that are due and at no others: none that they would find may be
    /// missing.</summary>
    [Fact]
    public void Whatever_a_job_has_to_do_makes_it_due() => Entries.Sample(entry =>
    {
        var key = entry.Key;
        var hasWork = key is { State: KeyState.Enabled, IsReplica: false } && key.NextRotationTime <= Now
            || key.StateAt(Now) == KeyState.Deleted
            || entry.Versions.Any(v => v.IsDueAt(Now) || v.State == VersionState.PendingGeneration);
        Assert.Equal(hasWork, entry.Due <= Micros.Of(Now));
    }, iter: 1_000);

    [Fact]
    public void A_closed_key_opens_again() => Keys.Sample(key =>
    {
        var entries = Enumerable.Range(0, OpenKeys.Capacity + 100).Select(i => new KeyEntry(
            Ring, key with { NextVersion = i + 1 }, [])).ToArray();
        Assert.All(entries, e => Assert.Same(e.Key, e.Key));
        Assert.Equal(Enumerable.Range(1, entries.Length), entries.Select(e => e.Key.NextVersion));
    }, iter: 2);

    [Fact]
    public void Ids_lead_to_their_keys_as_they_are_now() => Gen.Int[0, 900].Array[0, 1_500].Sample(numbers =>
    {
        KeyPlace[] rings = [Ring, new(RingOf("europe-west1"), KeyGrants.None)];
        KeyEntry EntryOf(int n, string name) => new(rings[n % 2],
            SomeKey with { Name = new KeyName(rings[n % 2].Ring, name), Id = GuidOf(n / 2) }, []);
        var added = KeyIds.Empty;
        var left = new Dictionary<int, KeyEntry>();
        foreach (var n in numbers)
            if (n % 5 == 0 && left.Remove(n, out var old)) added = added.Without(old);
            else added = added.With(left[n] = EntryOf(n, $"key-{n}"));
        foreach (var ids in (KeyIds[])[KeyIds.Of(left.Values), added])
            for (var n = 0; n < 901; n++)
                Assert.Same(left.GetValueOrDefault(n), ids.Find(GuidOf(n / 2), rings[n % 2].Ring.Parent.Location));
        var named = EntryOf(7, KeyIdText.Of(GuidOf(3)));
        Assert.Same(added, added.With(named));
        Assert.Null(KeyIds.Of([named]).Find(GuidOf(3), rings[1].Ring.Parent.Location));
    }, iter: 20);

    [Fact]
    public void Names_stand_in_ordinal_order() => Gen.String[Gen.Char["aZ09_-"], 1, 63].Array[2].Sample(names =>
    {
        var entry = new KeyEntry(Ring, SomeKey with { Name = new KeyName(Ring.Ring, names[0]) }, []);
        Assert.Equal(new KeyName(Ring.Ring, names[0]), entry.Name);
        Assert.Equal(Math.Sign(string.CompareOrdinal(names[0], names[1])), Math.Sign(entry.CompareTo(names[1])));
        Assert.Equal(0, entry.CompareTo(names[0]));
    }, iter: 300);

    [Fact]
    public void Rows_come_in_order_whatever_the_order_in_which_they_went_in() =>
        Gen.Long[-300, 300].Array[0, 2_000].Sample(numbers =>
        {
            var rows = numbers.Distinct().Select(n => new Row(Tables.AuditPruning,
                [$"log {Math.Abs(n) % 7} {n}", n, -n, (byte[])[(byte)(n & 0xff)]], n, new byte[32])).ToList();
            var sorted = rows.OrderBy(r => r.Cells[0].Text, StringComparer.Ordinal).Select(r => Said(r.Cells, r.Seq));
            var packed = PackedRows.Of(rows);
            Assert.Equal(rows.Count, packed.Count);
            Assert.Equal(sorted, packed.Select(r => Said(r.Cells, r.Seq)));
            Assert.All(packed, r => Assert.Equal(32, r.Seal.Length));
        }, iter: 30);

    private static Gen<KeyVersion> VersionsOf(Key key) =>
        from state in Gen.Enum<VersionState>()
        from times in Times.Array[4]
        from given in Gen.Bool.Array[4]
        from sealedBytes in Gen.Byte.Array[0, 90]
        from attributes in Gen.Byte.Array[1, 20]
        from text in Texts
        from messages in Gen.Long[0, 1L << 32]
        select new KeyVersion
        {
            Name = new VersionName(key.Name, 1), State = state, Algorithm = key.Algorithm,
            ProtectionLevel = key.ProtectionLevel, CreateTime = times[0], CreatedBy = "user:" + text,
            DestroyTime = state == VersionState.DestroyScheduled ? times[1] : null,
            MaterialExpireTime = given[0] ? times[2] : null, Messages = messages, Fingerprint = (UInt128)messages << 60,
            Import = given[1] ? new VersionImport(text, ImportMethod.RsaOaep3072Sha256Aes256, times[3], text) : null,
            ImportFailure = given[2] ? text : null, Seq = messages,
            Material = new KeyMaterial(key.Id, 1, key.Algorithm, new SealedKey(Guid.Empty.ToByteArray(),
                new SealBinding(SealKind.Version, "", 1, "", given[3] ? attributes
                    : KeyVersion.Attributes(key, VersionOrigin.Generated, times[0])), sealedBytes)),
        };

    private static KeyVersion Numbered(Key key, KeyVersion version, int number)
    {
        var name = new VersionName(key.Name, number);
        var was = version.Material.Sealed;
        return version with
        {
            Name = name,
            Material = new KeyMaterial(key.Id, number, key.Algorithm, was with
            {
                Binding = was.Binding with
                {
                    Name = name.ToString(), Version = number,
                    AlgorithmLabel = AlgorithmTable.Of(key.Algorithm).SealLabel,
                },
            }),
        };
    }

    private static string Said(Cell[] cells, long seq) => seq + " " + string.Join('|', cells.Select(c =>
        c.Text is { } text ? "t" + text : c.Bytes is { } bytes ? "b" + Convert.ToHexString(bytes) : "i" + c.Integer));

    private static Guid GuidOf(int number) => new(number * 7919 % 1009, (short)number, 0, new byte[8]);

    private static KeyRingName RingOf(string location)
    {
        Assert.True(ProjectId.TryParse("default", out var project));
        Assert.True(LocationId.TryParse(location, out var place));
        return new KeyRingName(new LocationName(project, place), "ring");
    }
}
