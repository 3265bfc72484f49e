using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pylon.Orchestrator.Objects;

/// <summary>A field that can be set, which is named as its column, and how its value is checked and written.</summary>
/// <param name="name">The field's proto name.</param>
/// <param name="value">The value for the column; refuses one that breaks the rule.</param>
/// <param name="isRequired">It cannot be left out or cleared.</param>
internal sealed class Rule<T>(string name, Func<T, object> value, bool isRequired = false)
    where T : IMessage<T>, new()
{
    private static readonly MessageDescriptor Message = new T().Descriptor;
    private readonly FieldDescriptor _field = Message.FindFieldByName(name);

    public string Field => name;

    public bool IsRequired => isRequired;

    /// <summary>The value of a field that is given.</summary>
    public object Value(T message) => value(message);

    /// <summary>False for an absent field, an empty text and an unspecified enum.</summary>
    public bool IsGiven(T message) => _field.HasPresence
        ? _field.Accessor.HasValue(message)
        : _field.Accessor.GetValue(message) switch
        {
            string text => text.Trim().Length > 0,
            Enum one => Convert.ToInt32(one) != 0,
            _ => true,
        };
}
