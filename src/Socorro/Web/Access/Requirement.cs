using Socorro.Access;

namespace Socorro.Web.Access;

/// <summary>What a reader must be permitted to get an answer from a route.</summary>
sealed record Requirement(Permission Permission);

/// <summary>Marks the routes that <see cref="Guard"/> stands before: all of the web part.</summary>
sealed record Guarded
{
    public static readonly Guarded Mark = new();
}

static class RequirementOnRoutes
{
    extension<T>(T route) where T : IEndpointConventionBuilder
    {
        /// <summary>Lets only readers with a permission through; the others are told which one they lack.</summary>
        public T Requires(Permission permission)
        {
            route.Add(endpoint => endpoint.Metadata.Add(new Requirement(permission)));
            return route;
        }
    }
}
