using Socorro.Access;
using Socorro.Regrouping;
using Socorro.Signatures;
using Socorro.Signatures.Lists;
using Socorro.Web.Access;

namespace Socorro.Web.Pages.SignatureLists;

/// <summary>The pages on which administrators change signature lists.</summary>
static class SignatureListRoutes
{
    extension(IServiceCollection services)
    {
        public void AddSignatureListPages()
        {
            services.AddSingleton(provider => new ListEditor(
                provider.GetRequiredService<SignatureGenerators>().Folder, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<ListPreviews>();
        }
    }

    extension(IEndpointRouteBuilder site)
    {
        public void MapSignatureListPages()
        {
            var lists = site.MapGroup(ListsPage.Address).Requires(Permission.Administer).ExcludeFromDescription();
            lists.MapGet("", ListsPage.Show);
            lists.MapGet("edit", EditListPage.Show);
            lists.MapPost("edit", EditListPage.TakeAsync);
            lists.MapGet("revision", RevisionPage.Show);
            lists.MapGet("preview/{name}", PreviewPage.Show);
            lists.MapPost("preview/{name}", PreviewPage.SaveAsync);
            lists.MapPost("preview/{name}/regenerate", PreviewPage.RegenerateAsync)
                .Requires(Permission.Administer | Permission.Reprocess);
        }
    }
}
