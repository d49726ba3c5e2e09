using Dapper;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>The catalog's undeclared annotations, in its file and written by its thread.</summary>
sealed class SqliteUndeclared(SqliteFile file, GroupCommit commits) : UndeclaredAnnotations
{
    public override Task AddAsync(IReadOnlyList<AnnotationSighting> seen, CancellationToken cancel)
    {
        const string Add = """
            insert into undeclared (name, product, crashes, last_seen) values ($1, $2, $3, $4)
            on conflict (name, product) do update set
                crashes = crashes + excluded.crashes, last_seen = max(last_seen, excluded.last_seen)
            """;
        const string Bound = """
            delete from undeclared where (name, product) in (
                select name, product from undeclared order by crashes desc, last_seen desc, name, product limit -1 offset $1)
            """;

        return seen.Count == 0 ? Task.CompletedTask : commits.RunAsync(
            file,
            writer =>
            {
                foreach (var one in seen)
                    writer.Execute(Add, one.Name, one.Product, one.Crashes, one.LastSeen.ToUnixTimeMilliseconds());

                return writer.Execute(Bound, Most);
            },
            cancel);
    }

    public override Task<IReadOnlyList<AnnotationSighting>> ListAsync(CancellationToken cancel)
    {
        const string List = """
            select name, product, crashes, last_seen as lastSeen from undeclared order by crashes desc, name, product
            """;

        var rows = file.Read(connection => connection.Query<(string Name, string Product, long Crashes, long LastSeen)>(List));
        return Task.FromResult<IReadOnlyList<AnnotationSighting>>(
            [.. rows.Select(row => new AnnotationSighting(
                row.Name, row.Product, row.Crashes, DateTimeOffset.FromUnixTimeMilliseconds(row.LastSeen)))]);
    }
}
