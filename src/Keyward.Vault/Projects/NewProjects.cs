using System.Security.Cryptography;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Projects;

/// <summary>How a project comes to be: its key, its account number, and its owner.</summary>
internal static class NewProjects
{
    public static Project Put(ChangeDraft draft, ProjectId id, string account, string ownerEmail)
    {
        var keyId = RandomNumberGenerator.GetBytes(16);
        var projectKey = draft.Hierarchy.MakeProjectKey(keyId, id.FullName);
        draft.Hierarchy.Adopt(keyId, projectKey);
        draft.Put(new SealedKeyRow(keyId, projectKey, draft.Now));
        var project = new Project(id, account, draft.Now)
        {
            ProjectKeyId = keyId, Policy = PolicyOf("roles/owner", ownerEmail),
        };
        draft.Put(project);
        draft.PutRevision(id.FullName, project.Policy.Revision, project.Policy.Text);
        return project;
    }

    public static PolicyState PolicyOf(string role, string email) =>
        PolicyState.First(new Policy([new Binding(role, ["serviceAccount:" + email])]));
}
