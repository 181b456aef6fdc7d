using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Keyward.Doors.Google;

/// <summary>A field of a message by its dotted path, such as <c>primary.algorithm</c> or <c>labels.team</c>, and its
/// value
/// in a form that can be compared.</summary>
internal sealed class FieldPath
{
    private readonly List<FieldDescriptor> _fields = [];
    private string? _mapKey;

    private FieldPath()
    {
    }

    public FieldDescriptor Last => _fields[^1];

    /// <summary>A map as a whole, of which only its keys can be asked for.</summary>
    public bool IsMap => Last.IsMap && _mapKey is null;

    public bool HasKey(IMessage message, string key) => Reach(message) is MapField<string, string> map
        && (key == "*" ? map.Count > 0 : map.ContainsKey(key));

    /// <summary>Null where there is no such field.</summary>
    public static FieldPath? TryParse(string text, MessageDescriptor message)
    {
        var path = new FieldPath();
        var parts = text.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            var field = message.Fields.InDeclarationOrder().FirstOrDefault(f =>
                f.Name == parts[i] || f.JsonName == parts[i]);
            if (field is null) return null;
            path._fields.Add(field);
            if (field.IsMap)
            {
                if (i < parts.Length - 2) return null;
                if (i == parts.Length - 2) path._mapKey = parts[^1];
                return path;
            }

            if (i < parts.Length - 1)
            {
                if (field.FieldType != FieldType.Message || field.IsRepeated) return null;
                message = field.MessageType;
            }
        }

        return path;
    }

    /// <summary>Text, number, time or truth; null where nothing is set on the way.</summary>
    public IComparable? ValueOf(IMessage message)
    {
        var value = Reach(message);
        if (_mapKey is not null) return value is MapField<string, string> map
            && map.TryGetValue(_mapKey, out var found) ? found : null;
        return value switch
        {
            null => null,
            Timestamp time => time.ToDateTimeOffset(),
            Duration duration => duration.ToTimeSpan(),
            string text => text,
            bool truth => truth,
            System.Enum => Last.EnumType.FindValueByNumber((int)value)?.Name,
            int or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            _ => null,
        };
    }

    private object? Reach(IMessage message)
    {
        object? value = message;
        foreach (var field in _fields)
        {
            if (value is not IMessage parent) return null;
            value = field.Accessor.GetValue(parent);
        }

        return value;
    }
}
