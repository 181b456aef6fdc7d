using Keyward.Doors.Rpc;

namespace Keyward.Tests.Doors.Rpc;

public sealed class PercentEncodingTests
{
    [Theory]
    [InlineData("'a/b' is not: offered, \"x\" & y=1?", "'a/b' is not: offered, \"x\" & y=1?")]
    [InlineData("100%", "100%25")]
    [InlineData("a\nb\u007f", "a%0Ab%7F")]
    [InlineData("…", "%E2%80%A6")]
    public void Only_what_is_no_printable_ascii_is_escaped(string message, string expected)
    {
        Assert.Equal(expected, PercentEncoding.Encode(message));
        Assert.Equal(message, Uri.UnescapeDataString(PercentEncoding.Encode(message)));
    }
}
