using Google.Protobuf.Reflection;

namespace Pylon.Rpc;

/// <summary>Every file behind a set of services, by name, by symbol and by extension.</summary>
internal sealed class SymbolIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, FileDescriptor>> _extensions = new(StringComparer.Ordinal);

    public SymbolIndex(IReadOnlyList<ServiceDescriptor> services)
    {
        Services = services.Select(s => s.FullName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        foreach (var service in services) Add(service.File);
    }

    public IReadOnlyList<string> Services { get; }

    public FileDescriptor? File(string name) => _files.GetValueOrDefault(name);

    public FileDescriptor? Symbol(string fullName) => _symbols.GetValueOrDefault(fullName);

    public FileDescriptor? Extension(string containingType, int number) => _extensions.GetValueOrDefault(containingType)?.GetValueOrDefault(number);

    /// <summary>Ascending; empty for a message without extensions, null for a name that is no message.</summary>
    public IReadOnlyCollection<int>? ExtensionNumbers(string type) =>
        _extensions.TryGetValue(type, out var numbers) ? numbers.Keys : _symbols.ContainsKey(type) ? [] : null;

    private void Add(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file)) return;
        foreach (var dependency in file.Dependencies) Add(dependency);
        foreach (var message in file.MessageTypes) Add(message);
        foreach (var type in file.EnumTypes) Add(type, file.Package);
        foreach (var extension in file.Extensions.UnorderedExtensions) Add(extension, file.Package);
        foreach (var service in file.Services)
        {
            _symbols[service.FullName] = file;
            foreach (var method in service.Methods) _symbols[method.FullName] = file;
        }
    }

    private void Add(MessageDescriptor message)
    {
        _symbols[message.FullName] = message.File;
        foreach (var field in message.Fields.InDeclarationOrder()) _symbols[$"{message.FullName}.{field.Name}"] = message.File;
        foreach (var oneof in message.Oneofs) _symbols[$"{message.FullName}.{oneof.Name}"] = message.File;
        foreach (var nested in message.NestedTypes) Add(nested);
        foreach (var type in message.EnumTypes) Add(type, message.FullName);
        foreach (var extension in message.Extensions.UnorderedExtensions) Add(extension, message.FullName);
    }

    // The values of an enum are its siblings, not its children.
    private void Add(EnumDescriptor type, string scope)
    {
        _symbols[type.FullName] = type.File;
        foreach (var value in type.Values) _symbols[Join(scope, value.Name)] = type.File;
    }

    private void Add(FieldDescriptor extension, string scope)
    {
        _symbols[Join(scope, extension.Name)] = extension.File;
        var extended = extension.ExtendeeType.FullName;
        if (!_extensions.TryGetValue(extended, out var numbers)) _extensions[extended] = numbers = [];
        numbers[extension.FieldNumber] = extension.File;
    }

    private static string Join(string scope, string name) => scope.Length == 0 ? name : $"{scope}.{name}";
}
