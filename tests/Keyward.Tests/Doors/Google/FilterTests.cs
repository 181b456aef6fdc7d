using CsCheck;
using Google.Cloud.Kms.V1;
using Google.Protobuf.WellKnownTypes;
using Keyward.Doors.Google;

namespace Keyward.Tests.Doors.Google;

public sealed class FilterTests
{
    private static readonly CryptoKey Sample = new()
    {
        Name = "projects/p/locations/l/keyRings/r/cryptoKeys/orders",
        Purpose = CryptoKey.Types.CryptoKeyPurpose.EncryptDecrypt,
        CreateTime = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero).ToTimestamp(),
        Labels = { ["team"] = "storage" },
        Primary = new CryptoKeyVersion { State = CryptoKeyVersion.Types.CryptoKeyVersionState.Enabled },
    };

    [Theory]
    [InlineData("name:ORDERS", true)]
    [InlineData("name:none", false)]
    [InlineData("purpose = ENCRYPT_DECRYPT", true)]
    [InlineData("purpose!=ENCRYPT_DECRYPT", false)]
    [InlineData("labels.team=storage", true)]
    [InlineData("labels.team=storage AND name:orders", true)]
    [InlineData("labels.team=storage name:none", false)]
    [InlineData("NOT labels.team=storage", false)]
    [InlineData("-labels.team=other", true)]
    [InlineData("labels.none=x", false)]
    [InlineData("labels.team:*", true)]
    [InlineData("labels.none:*", false)]
    [InlineData("labels:team", true)]
    [InlineData("labels:storage", false)]
    [InlineData("NOT labels:*", false)]
    [InlineData("rotationPeriod:*", false)]
    [InlineData("createTime > 2026-01-01T00:00:00Z", true)]
    [InlineData("create_time => \"2027-01-01T00:00:00Z\"", false)]
    [InlineData("primary.state=ENABLED", true)]
    [InlineData("(name:none OR labels.team=storage) AND purpose=ENCRYPT_DECRYPT", true)]
    [InlineData("name:none AND name:none OR name:orders", false)]
    public void Holds_as_documented(string filter, bool expected) =>
        Assert.Equal(expected, Filter.Parse(filter, CryptoKey.Descriptor).Value(Sample));

    [Theory]
    [InlineData("colour=red")]
    [InlineData("name")]
    [InlineData("name=")]
    [InlineData("(name:a")]
    [InlineData("name:a)")]
    [InlineData("name=\"open")]
    [InlineData("AND")]
    [InlineData("createTime>yesterday")]
    [InlineData("rotationPeriod=long")]
    [InlineData("importOnly=maybe")]
    [InlineData("primary=x")]
    [InlineData("labels=team")]
    public void Malformed_ones_are_refused(string filter) =>
        Assert.False(Filter.Parse(filter, CryptoKey.Descriptor).IsOk);

    [Fact]
    public void Nothing_written_into_a_filter_makes_it_throw() =>
        Gen.String[Gen.Char["name:=<>!()-\" ANDORT."], 0, 120].Sample(text =>
        {
            if (Filter.Parse(text, CryptoKey.Descriptor).TryGet(out var filter, out _)) _ = filter(Sample);
            _ = OrderBy.Parse(text, CryptoKey.Descriptor);
        });
}
