from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import home, session

urlpatterns = [
    path("", home.home, name="home"),
    path("login", session.Login.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
]
