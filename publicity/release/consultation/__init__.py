"""征求第三方意见: before what touches a third person's secrets or privacy is published, they are asked."""
