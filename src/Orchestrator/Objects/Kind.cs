using Google.Protobuf;
using Npgsql;

namespace Pylon.Orchestrator.Objects;

/// <summary>What is special about one kind of object of the registry: its table, its columns and its rules.</summary>
/// <param name="word">In snake_case, as in errors: data_centre.</param>
/// <param name="table">Its table.</param>
/// <param name="key">The column of the name that no two have; lists are in its order.</param>
internal abstract class Kind<T>(string word, string table, string key)
    where T : class, IMessage<T>, new()
{
    public string Word => word;

    public string Table => table;

    public string Key => key;

    /// <summary>The columns that <see cref="Read"/> reads, the id first.</summary>
    public abstract string Columns { get; }

    /// <summary>What can be set.</summary>
    public abstract IReadOnlyList<Rule<T>> Rules { get; }

    /// <summary>The condition under which one may be deleted, beside the foreign keys.</summary>
    public virtual string Deletable => "true";

    /// <summary>The column with the operator of one, NULL for none.</summary>
    public virtual string Owner => "operator_id";

    public abstract T Read(NpgsqlDataReader row);

    /// <summary>The name by which lists are ordered.</summary>
    public abstract string KeyOf(T message);

    /// <summary>The id.</summary>
    public abstract string IdOf(T message);
}
