using System.Text;

namespace Keyward.Tests.Models;

/// <summary>One change of a text: a piece put in, written over, or a stretch of its length left out or doubled. Where
/// is taken modulo the text's length, so that any number will do.</summary>
internal static class TextMutation
{
    public static string Apply(string text, int kind, int at, string piece)
    {
        at %= text.Length + 1;
        var end = Math.Min(text.Length, at + piece.Length);
        return kind switch
        {
            0 => text.Insert(at, piece),
            1 => text[..at] + piece + text[end..],
            2 => text[..at] + text[end..],
            _ => text[..end] + text[at..],
        };
    }

    /// <summary>Lone surrogates become bytes that are no UTF-8, so that those are tried too.</summary>
    public static byte[] Bytes(string text) =>
        [.. text.SelectMany(c => char.IsSurrogate(c) ? [0xff] : Encoding.UTF8.GetBytes([c]))];
}
