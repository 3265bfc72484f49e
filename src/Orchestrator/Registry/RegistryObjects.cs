using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Orchestrator.Objects;
using Pylon.Postgres;
using Pylon.Rpc;
using Enum = System.Enum;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Registry;

/// <summary>Create, get, list, update and delete for one kind of object.</summary>
internal sealed class RegistryObjects<T>(Kind<T> kind, ObjectStore<T> store)
    where T : class, IMessage<T>, new()
{
    private const string OperatorId = "operator_id";
    private static readonly string[] NotSettable = ["id", "source", "created_at", "updated_at"];

    /// <summary>The objects of one operator.</summary>
    public RegistryObjects<T> Of(Tenant tenant) => new(kind, store.Of(tenant));

    public async Task<T> CreateAsync(string requestId, T? asked, CancellationToken cancellationToken)
    {
        var request = Field.OptionalUuid(requestId, "request_id") ?? Guid.NewGuid();
        asked ??= new T();
        foreach (var field in NotSettable.Where(name => IsGiven(asked, name)))
            throw Refusal.InvalidArgument(field, "is set by Pylon: leave it out").AsException();
        foreach (var rule in kind.Rules.Where(rule => rule.IsRequired && !rule.IsGiven(asked)))
            throw Refusal.InvalidArgument(rule.Field, "is required").AsException();
        var values = kind.Rules.Where(rule => rule.IsGiven(asked)).Select(rule => (rule.Field, rule.Value(asked))).ToList();
        if (store.Tenant.OperatorId is { } own)
            values = Owned(values, own);
        var hash = Convert.ToHexStringLower(SHA256.HashData(asked.ToByteArray()));
        return await RefusingAsync(() => store.CreateAsync(request, hash, values, cancellationToken))
            ?? throw Refusal.AlreadyExists("REQUEST_ID_REUSED", "request_id: must be a new one; a different request has used it").AsException();
    }

    public async Task<T> GetAsync(string id, CancellationToken cancellationToken)
    {
        var known = Field.Uuid(id, "id");
        return await store.FindAsync(known, cancellationToken) ?? throw Missing(known);
    }

    public async Task<(IReadOnlyList<T> Page, string NextPageToken)> ListAsync(
        int pageSize, string pageToken, IEnumerable<Condition?> filters, CancellationToken cancellationToken)
    {
        var size = Field.PageSize(pageSize);
        var page = await store.PageAsync(PageToken.DecodeText(pageToken), [.. filters.OfType<Condition>()], size + 1, cancellationToken);
        return page.Count > size ? (page[..size], PageToken.EncodeText(kind.KeyOf(page[size - 1]))) : (page, "");
    }

    public async Task<T> UpdateAsync(T? asked, FieldMask? mask, CancellationToken cancellationToken)
    {
        asked ??= new T();
        var id = Field.Uuid(kind.IdOf(asked), "id");
        var rules = mask is null ? kind.Rules.Where(rule => rule.IsGiven(asked)) : mask.Paths.Distinct(StringComparer.Ordinal).Select(RuleOf);
        var values = rules.Select(rule => (rule.Field, ValueOf(rule, asked))).ToList();
        if (values.Count == 0)
            throw Refusal.InvalidArgument("update_mask", "must name a field to change, or a field must be given").AsException();
        if (store.Tenant.OperatorId is { } own && values.Any(value => IsOfOther(value, own) || IsGivenAway(value, own)))
            throw OtherOperator();
        return await RefusingAsync(() => store.UpdateAsync(id, values, cancellationToken)) ?? throw Missing(id);
    }

    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        var known = Field.Uuid(id, "id");
        if (!await store.DeleteAsync(known, cancellationToken))
            throw await store.FindAsync(known, cancellationToken) is null ? Missing(known) : InUse();
    }

    // What a caller makes is its operator's. The built-in operator has no row: NULL stands for it.
    private List<(string Field, object Value)> Owned(List<(string Field, object Value)> values, Guid own)
    {
        if (kind.Owner != OperatorId)
            throw Refusal.InvalidArgument(kind.Word, "must be added by an admin who acts for no operator").AsException();
        if (values.Any(value => IsOfOther(value, own)))
            throw OtherOperator();
        var others = values.Where(value => value.Field != OperatorId);
        return own == Tenant.BuiltIn ? [.. others] : [.. others, (OperatorId, own)];
    }

    private static bool IsOfOther((string Field, object? Value) value, Guid own) => value is (OperatorId, Guid asked) && asked != own;

    // Cleared, it would be the built-in operator's.
    private static bool IsGivenAway((string Field, object? Value) value, Guid own) => value is (OperatorId, null) && own != Tenant.BuiltIn;

    private static RefusalException OtherOperator() => Refusal.InvalidArgument(OperatorId, "must be that of the caller, or left out").AsException();

    private static object? ValueOf(Rule<T> rule, T asked)
    {
        if (rule.IsGiven(asked))
            return rule.Value(asked);
        return rule.IsRequired ? throw Refusal.InvalidArgument(rule.Field, "is required").AsException() : null;
    }

    private static bool IsGiven(T message, string name)
    {
        var field = new T().Descriptor.FindFieldByName(name);
        return field.HasPresence ? field.Accessor.HasValue(message) : field.Accessor.GetValue(message) switch
        {
            string text => text.Length > 0,
            Enum one => Convert.ToInt32(one) != 0,
            _ => false,
        };
    }

    private Rule<T> RuleOf(string path) => kind.Rules.FirstOrDefault(rule => rule.Field == path)
        ?? throw Refusal.InvalidArgument("update_mask", $"must name fields among {string.Join(", ", kind.Rules.Select(rule => rule.Field))}").AsException();

    private async Task<T?> RefusingAsync(Func<Task<T?>> write)
    {
        try
        {
            return await write();
        }
        catch (PostgresException e) when (ObjectFailures.Explain(kind.Word, e) is not null)
        {
            throw ObjectFailures.Explain(kind.Word, e)!.AsException();
        }
    }

    private RefusalException Missing(Guid id) => Refusal.NotFound(kind.Word, id).AsException();

    private RefusalException InUse() =>
        Refusal.FailedPrecondition("IN_USE", $"the {kind.Word.Replace('_', ' ')} is named by workloads: set its status to OFFLINE instead").AsException();
}
