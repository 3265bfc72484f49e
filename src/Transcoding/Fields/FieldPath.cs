using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pylon.Transcoding.Fields;

/// <summary>The path from a message to a field within it: <c>a.b.c</c>.</summary>
public sealed class FieldPath
{
    private readonly FieldDescriptor[] _parents;

    private FieldPath(FieldDescriptor[] parents, FieldDescriptor field)
    {
        _parents = parents;
        Field = field;
        Name = string.Join('.', parents.Append(field).Select(each => each.Name));
    }

    public FieldDescriptor Field { get; }

    /// <summary>The path in the names of the contract.</summary>
    public string Name { get; }

    /// <summary>The first field of the path.</summary>
    public FieldDescriptor Root => _parents.Length > 0 ? _parents[0] : Field;

    /// <summary>Accepts the names of the contract (<c>page_size</c>) and those of JSON (<c>pageSize</c>).</summary>
    public static FieldPath? Find(MessageDescriptor message, string path)
    {
        var parents = new List<FieldDescriptor>();
        var parts = path.Split('.');
        for (var i = 0; ; i++)
        {
            if (Messages.FindField(message, parts[i]) is not { } field)
                return null;
            if (i == parts.Length - 1)
                return new FieldPath([.. parents], field);
            if (field.IsRepeated || field.FieldType != FieldType.Message || WellKnown.IsWrapper(field.MessageType))
                return null;
            parents.Add(field);
            message = field.MessageType;
        }
    }

    /// <summary>The message that holds the field; absent messages on the path are created.</summary>
    public IMessage Holder(IMessage root)
    {
        foreach (var parent in _parents)
        {
            var next = (IMessage?)parent.Accessor.GetValue(root);
            if (next is null)
                parent.Accessor.SetValue(root, next = Messages.New(parent.MessageType));
            root = next;
        }

        return root;
    }
}
